"""Questions to the flights from New York: by name, a statement and perhaps its parameters."""

from datetime import datetime

STATEMENTS = {
    "busiest_carriers": ("""
        select f.carrier, a.name, count(*) as flights, count(distinct f.dest) as destinations,
               min(f.distance) as nearest, max(f.distance) as farthest
        from flights f join airlines a on a.carrier = f.carrier
        group by f.carrier, a.name having count(*) > %s
        order by flights desc, f.carrier limit %s""", (1000, 10)),
    "cancelled": ("""
        select month, count(*) as planned, count(dep_time) as flown,
               sum(case when dep_time is null then 1 else 0 end) as cancelled
        from flights group by month order by month""",),
    "delays": ("""
        select origin, avg(dep_delay) as mean, stddev(dep_delay) as deviation,
               min(arr_delay) as earliest, max(arr_delay) as latest
        from flights where arr_delay is not null group by origin order by origin""",),
    "unknown_destinations": ("""
        select distinct f.dest from flights f left join airports p on p.faa = f.dest
        where p.faa is null order by f.dest""",),
    "never_flown_to": ("""
        select faa, name, tzone from airports p
        where not exists (select 1 from flights f where f.dest = p.faa) and alt > %s
        order by alt desc, faa limit 20""", (7000,)),
    "planes_by_maker": ("""
        select upper(manufacturer) as maker, lower(substr(model, 1, 4)) as family, count(*) as planes,
               sum(seats) as seats, min(year) as first_year, count(speed) as with_speed
        from planes where manufacturer like %s or manufacturer in (%s, %s)
        group by 1, 2 order by planes desc, maker, family""", ("AIRBUS%", "BOEING", "EMBRAER")),
    "three_farthest_by_origin": ("""
        select * from (
            select origin, dest, distance,
                   row_number() over (partition by origin order by distance desc, dest) as place
            from (select distinct origin, dest, distance from flights) routes) ranked
        where place <= %s order by origin, place""", (3,)),
    "running_total": ("""
        select month, day, flights, sum(flights) over (partition by month order by day) as so_far,
               lag(flights) over (order by month, day) as day_before,
               rank() over (partition by month order by flights desc) as place
        from (select month, day, count(*) as flights from flights group by month, day) days
        order by month, day""",),
    "by_time": ("""
        select date_trunc('month', time_hour) as since, extract(hour from time_hour)::int as at_hour,
               count(*) as flights, max(time_hour) as latest
        from flights where time_hour >= %s and time_hour < %s
        group by 1, 2 order by 1, 2""", (datetime(2013, 6, 1), datetime(2013, 9, 1))),
    "date_arithmetic": ("""
        select cast(time_hour as date) as departs, cast(time_hour + interval '36 hours' as date) as returns,
               count(*) as flights
        from flights where time_hour < timestamp '2013-01-05' group by 1, 2 order by 1, 2""",),
    "in_the_rain": ("""
        select w.origin, round(w.precip::numeric, 1) as rain, count(*) as flights, avg(f.dep_delay) as delay
        from flights f join weather w
          on (w.origin, w.year, w.month, w.day, w.hour) = (f.origin, f.year, f.month, f.day, f.hour)
        where w.precip > %s and f.dep_delay is not null
        group by 1, 2 order by 1, 2""", (0.1,)),
    "weather_with_nulls": ("""
        select origin, count(*) as hours, count(wind_gust) as gusts, avg(temp) as temperature,
               coalesce(max(wind_gust), -1) as strongest, sum(nullif(precip, 0)) as rain
        from weather group by origin order by origin""",),
    "nulls_sort_last": ("""
        select flight, tailnum, dep_delay from flights where month = 2 and day = %s and origin = %s
        order by dep_delay desc nulls last, tailnum nulls first, flight, dest, sched_dep_time""", (8, "LGA")),
    "nulls_as_postgresql_sorts_them": ("""
        select wind_gust, count(*) as hours from weather group by wind_gust order by wind_gust desc""",),
    "text": ("""
        select faa, name, length(name) as letters, position('Rgnl' in name) as found_at,
               replace(name, 'Rgnl', 'Regional') as full_name, lpad(faa, 5, '*') as padded,
               split_part(tzone, '/', 2) as city, faa || '-' || coalesce(dst, '?') as code
        from airports where name ilike %s order by faa""", ("%rgnl%",)),
    "every_kind_of_join": ("""
        select c.carrier, c.name, p.tailnum, p.year
        from airlines c full join (select tailnum, year, substr(tailnum, 5, 2) as code from planes
                                   where year < %s) p on p.code = c.carrier
        order by c.carrier nulls last, p.tailnum nulls last""", (1975,)),
    "sets_of_airports": ("""
        select origin as place from flights union select dest from flights
        except select faa from airports where lon < %s order by place""", (-100.0,)),
    "whole_day": ("""
        select * from flights where month = %s and day = %s
        order by sched_dep_time, carrier, flight, origin, dest""", (12, 31)),
    "with_above_average": ("""
        with routes as (select origin, dest, count(*) as flights from flights group by origin, dest),
             mean as (select avg(flights) as flights from routes)
        select r.origin, r.dest, r.flights from routes r, mean m where r.flights > 4 * m.flights
        order by r.flights desc, r.origin, r.dest""",),
}
