"""What the whole programme reckons by itself, without a database or a clock."""
