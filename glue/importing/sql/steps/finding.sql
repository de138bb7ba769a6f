-- What the rules find, and which rows are not looked at any more.
CREATE TABLE finding (
    rule VARCHAR, severity VARCHAR, action VARCHAR, file VARCHAR, row BIGINT,
    store_id VARCHAR, line_id VARCHAR, told_time VARCHAR, value VARCHAR, expected VARCHAR
);

CREATE VIEW dropped AS
SELECT DISTINCT file, row
FROM finding
WHERE row IS NOT NULL AND list_contains(getvariable('dropping'), action);
