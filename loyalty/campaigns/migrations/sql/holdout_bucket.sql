-- The bucket of a member in a campaign, from 0 to 9,999: the same as loyalty.campaigns.domain.holdout.bucket.
CREATE FUNCTION holdout_bucket(campaign_id bigint, member_id bigint) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (('x' || substr(encode(sha256(convert_to(campaign_id || ':' || member_id, 'UTF8')), 'hex'), 1, 15))
            ::bit(60)::bigint % 10000)::int
$$;
