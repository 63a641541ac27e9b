-- purpose: the id that a build has written into itself
-- parameters: none
-- result columns: build
select value as build
from reference.build
where key = 'build'
