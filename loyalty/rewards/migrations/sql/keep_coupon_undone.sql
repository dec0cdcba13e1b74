DROP TRIGGER rewards_coupon_keep ON rewards_coupon;
DROP FUNCTION keep_coupon();
