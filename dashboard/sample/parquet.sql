-- The synthetic sample at sizes no workbook can hold: `npd_requests` and `shares`, each as at its last
-- as-at date, drawn from the constants that dashboard/sample/parquet.py puts into the variables and tables used
-- here. Every value is a hash of the row's number, the seed and a word, so the order of work and the
-- number of threads make no difference.

-- A number in [0, 1): 53 bits of the hash, which is what a double holds exactly. Hashed twice because
-- hash(i, seed, word) only combines three hashes, and two words then give correlated numbers (measured:
-- the median of a tier was out by a third).
CREATE TEMP MACRO chance(i, word) AS
    (hash(xor(hash(i, getvariable('seed')), hash(word))) >> 11)::DOUBLE / 9007199254740992.0;

-- Box and Muller; 1 - chance is never 0, so the logarithm is safe.
CREATE TEMP MACRO gauss(i, word) AS
    sqrt(-2 * ln(1 - chance(i, word))) * cos(2 * pi() * chance(i, word || ' angle'));

CREATE TEMP MACRO one_of(list, i, word) AS list[1 + floor(chance(i, word) * len(list))::INTEGER];

CREATE TEMP MACRO nearest_weekday(day) AS
    day + CASE isodow(day) WHEN 6 THEN -1 WHEN 7 THEN 1 ELSE 0 END;

-- Choosing by share is a look-up of one slot among 4,096: a hash join, where a range join would crawl.
CREATE TEMP TABLE organisation_slot AS
WITH share AS (
    SELECT 'early' AS era, name, type, early AS weight FROM organisation
    UNION ALL
    SELECT 'late', name, type, late FROM organisation
), upto AS (
    SELECT
        era, name, type,
        sum(weight) OVER (PARTITION BY era ORDER BY name) / sum(weight) OVER (PARTITION BY era) AS high,
        weight / sum(weight) OVER (PARTITION BY era) AS width
    FROM share
)
SELECT era, name, type, unnest(range(round((high - width) * 4096)::INTEGER, round(high * 4096)::INTEGER)) AS slot
FROM upto;

CREATE TEMP TABLE clock_slot AS
WITH upto AS (
    SELECT
        *,
        name LIKE 'Tier%' AS legacy,
        sum(share) OVER (PARTITION BY name LIKE 'Tier%' ORDER BY position) AS high
    FROM clock
)
SELECT
    legacy, name, ln(median) AS mu, sigma,
    unnest(range(round((high - share) * 4096)::INTEGER, round(high * 4096)::INTEGER)) AS slot
FROM upto;

CREATE TEMP TABLE outcome_slot AS
WITH upto AS (SELECT *, sum(share) OVER (ORDER BY position) AS high FROM outcome)
SELECT name, unnest(range(round((high - share) * 4096)::INTEGER, round(high * 4096)::INTEGER)) AS slot
FROM upto;

-- How many requests fall on each weekday: shares out exactly the number asked for.
CREATE TEMP TABLE day_requests AS
WITH days AS (
    SELECT 'legacy' AS era, unnest(generate_series(DATE '2012-03-01', DATE '2018-03-31', INTERVAL 1 DAY))::DATE AS day
    UNION ALL
    SELECT 'shares', unnest(generate_series(DATE '2018-05-01', DATE '2026-06-30', INTERVAL 1 DAY))::DATE
), weighed AS (
    SELECT era, day, weight * (0.5 + chance(epoch(day)::BIGINT, 'day')) AS weight
    FROM days JOIN month_weight ON month = month(day)
    WHERE isodow(day) < 6
), upto AS (
    SELECT era, day, sum(weight) OVER (PARTITION BY era ORDER BY day) / sum(weight) OVER (PARTITION BY era) AS high
    FROM weighed
), numbered AS (
    SELECT
        era, day,
        round(high * if(era = 'legacy', getvariable('legacy_requests'), getvariable('shares_requests')))::BIGINT AS last
    FROM upto
)
SELECT era, day, lag(last, 1, 0) OVER (PARTITION BY era ORDER BY day) AS before, last FROM numbered;

CREATE TEMP VIEW npd_requests AS
WITH drawn AS (
    SELECT
        i, day AS received, i - before AS in_day,
        o.name AS recipient, o.type AS recipient_type,
        c.name AS tier,
        x.name AS outcome,
        nearest_weekday(day + greatest(3, least(1460, round(exp(c.mu + c.sigma * gauss(i, 'time')))))::INTEGER) AS closed
    FROM (
        SELECT day, before, unnest(range(before + 1, last + 1)) AS i
        FROM day_requests WHERE era = 'legacy' ORDER BY day
    )
    JOIN organisation_slot o
        ON o.slot = floor(chance(i, 'recipient') * 4096)::INTEGER
        AND o.era = if(chance(i, 'era') < (year(day) - 2012) / 14, 'late', 'early')
    JOIN clock_slot c ON c.legacy AND c.slot = floor(chance(i, 'tier') * 4096)::INTEGER
    JOIN outcome_slot x ON x.slot = floor(chance(i, 'outcome') * 4096)::INTEGER
), known AS (
    SELECT
        * REPLACE (if(closed > DATE '2018-03-31', 'open', outcome) AS outcome),
        if(closed > DATE '2018-03-31', NULL, closed) AS closed_date
    FROM drawn
)
SELECT
    if(outcome = 'open', 'Open', 'Completed') AS sheet,
    i + 4 AS sheet_row,
    printf('DR%s.%02d', strftime(received, '%y%m%d'), in_day) AS reference,
    recipient,
    recipient_type,
    one_of(getvariable('topics'), i, 'title') || ', study ' || i AS title,
    one_of(getvariable('purposes'), i, 'purpose') AS purpose,
    one_of(getvariable('datasets'), i, 'dataset') AS dataset,
    tier AS classification,
    one_of(getvariable('legacy_legal_bases'), i, 'legal') AS legal_basis,
    NULL::VARCHAR AS route,
    outcome,
    received AS received_date,
    NULL::DATE AS approved_date,
    if(outcome = 'released', closed_date, NULL) AS released_date,
    closed_date,
    if(
        outcome IN ('released', 'reuse_permitted'),
        last_day(closed_date + to_months(12 * (1 + floor(chance(i, 'licence') * 5)::INTEGER))),
        NULL
    )::DATE AS licence_end,
    NULL::VARCHAR AS data_held
FROM known
ORDER BY i;

-- The published register of shares gives the date approved and no other, so that is the date drawn.
CREATE TEMP VIEW shares AS
WITH drawn AS (
    SELECT
        i, day AS approved,
        o.name AS recipient, o.type AS recipient_type,
        c.name AS route,
        last_day(day + to_months(12 * (1 + floor(chance(i, 'share licence') * 5)::INTEGER)))::DATE AS licence_end
    FROM (
        SELECT day, before, unnest(range(before + 1, last + 1)) AS i
        FROM day_requests WHERE era = 'shares' ORDER BY day
    )
    JOIN organisation_slot o
        ON o.slot = floor(chance(i, 'share recipient') * 4096)::INTEGER
        AND o.era = if(chance(i, 'share era') < (year(day) - 2012) / 14, 'late', 'early')
    JOIN clock_slot c ON NOT c.legacy AND c.slot = floor(chance(i, 'route') * 4096)::INTEGER
)
SELECT
    'DSAP approved shares' AS sheet,
    i + 4 AS sheet_row,
    printf('DS%05d', i + i // 3) AS reference,
    recipient,
    recipient_type,
    one_of(getvariable('topics'), i, 'share title') || ', study ' || i AS title,
    one_of(getvariable('purposes'), i, 'share purpose') AS purpose,
    one_of(getvariable('datasets'), i, 'share dataset') AS dataset,
    'Sensitivity ' || chr(65 + floor(chance(i, 'sensitivity') * 5)::INTEGER)
        || ', identifiability ' || (1 + floor(chance(i, 'identifiability') * 5)::INTEGER) AS classification,
    one_of(getvariable('shares_legal_bases'), i, 'share legal') AS legal_basis,
    route,
    'approved' AS outcome,
    NULL::DATE AS received_date,
    approved AS approved_date,
    NULL::DATE AS released_date,
    NULL::DATE AS closed_date,
    licence_end,
    CASE
        WHEN route = 'ONS Secure Research Service' THEN NULL
        WHEN licence_end >= DATE '2026-06-30' THEN 'Yes'
        WHEN chance(i, 'held') < 0.15 THEN 'Yes'
        ELSE 'No'
    END AS data_held
FROM drawn
ORDER BY i;
