-- question: Who may see what: which stores, regions and the chain does each group of people see?
-- grain: one group of people and one scope that it may see
-- reads: store_v1
-- order: group_name, scope
-- column: group_name = Group of people: store-traffic-store-…, store-traffic-region-… or store-traffic-chain
-- column: scope = What the group may see: a store by its id, `region:` and a region's name, or `chain`
-- A dashboard shows a person the rows whose scope is among those of the person's groups. A scope that is null would
-- mean everything, and one with a comma would be read as two, so there are none: a store without an id or a region, with
-- a comma in one, or whose id reads as another scope, is left out.
WITH
known_store AS (
  SELECT store_id, region
  FROM store_v1
  WHERE trim(store_id) <> '' AND trim(region) <> '' AND store_id <> 'chain' AND store_id NOT LIKE 'region:%'
    AND strpos(store_id, ',') = 0 AND strpos(region, ',') = 0
)
SELECT 'store-traffic-store-' || store_id AS group_name, store_id AS scope FROM known_store
UNION
SELECT 'store-traffic-region-' || region, store_id FROM known_store
UNION
SELECT 'store-traffic-region-' || region, 'region:' || region FROM known_store
UNION
SELECT 'store-traffic-chain', store_id FROM known_store
UNION
SELECT 'store-traffic-chain', 'region:' || region FROM known_store
UNION
SELECT 'store-traffic-chain', 'chain' FROM known_store
