-- tables.sql - a table in memory: filled, indexed, joined, thinned out.
CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT, n INTEGER);
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c
                        WHERE i < 100000)
INSERT INTO t SELECT i, hex(i * 7919 % 10007), i % 97 FROM c;
CREATE INDEX by_word ON t (word, n);
SELECT count(*) FROM (SELECT word, count(*), group_concat(id) FROM t
                      GROUP BY word);
SELECT sum(length(a.word || b.n)) FROM t a JOIN t b ON b.id = a.n * 100;
UPDATE t SET word = word || '-' || n WHERE n % 3 = 0;
DELETE FROM t WHERE n < 60;
SELECT n, count(*), max(word) FROM t GROUP BY n ORDER BY 2 DESC, 1 LIMIT 10;
SELECT upper(substr(word, 2)), count(*) FROM t GROUP BY 1 ORDER BY 2 DESC, 1
    LIMIT 10;
