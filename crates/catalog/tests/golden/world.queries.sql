SELECT typname, typtype, typlen, typbyval, typalign, typstorage, typcollation::regcollation, typinput, typoutput, typreceive, typsend, typanalyze, typcategory, typdelim, typndims, typtypmod, typbasetype::regtype, typnotnull, typsubscript, typelem::regtype, typarray::regtype, typrelid::regclass FROM pg_type WHERE typnamespace = 'world'::regnamespace ORDER BY typname

SELECT typname, typacl, obj_description(oid, 'pg_type'), pg_type_is_visible(oid), typowner::regrole FROM pg_type WHERE typnamespace = 'world'::regnamespace AND typtype <> 'b' ORDER BY typname

SELECT enumtypid::regtype, enumsortorder, enumlabel FROM pg_enum ORDER BY 1, 2

SELECT rngtypid::regtype, rngsubtype::regtype, rngmultitypid::regtype, rngcollation, rngsubopc FROM pg_range WHERE rngtypid > 16383 ORDER BY 1

SELECT 'world.color[]'::regtype, 'world._pair'::regtype, format_type('world.short'::regtype, -1), to_regtype('world.nothing'), to_regtype('color'), 'world.moments_multirange'::regtype

SELECT relname, relkind, relpersistence, relnatts, relchecks, relhasindex, relhasrules, relhastriggers, relhassubclass, relrowsecurity, relforcerowsecurity, relispopulated, relreplident, relispartition, relam, relowner::regrole, relacl, reloptions, reltype::regtype FROM pg_class WHERE relnamespace = 'world'::regnamespace ORDER BY relname

SELECT attrelid::regclass, attname, attnum, atttypid::regtype, attlen, attndims, attbyval, attalign, attstorage, attcollation::regcollation, atttypmod, attnotnull, atthasdef, attgenerated, attislocal, attinhcount, attacl FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'world'::regnamespace) AND attnum > 0 ORDER BY attrelid::regclass::text, attnum

SELECT attname, attnum, atttypid::regtype, attnotnull FROM pg_attribute WHERE attrelid = 'world.base'::regclass AND attnum < 0 ORDER BY attnum

SELECT conname, contype, condeferrable, condeferred, convalidated, conrelid::regclass, contypid::regtype, conindid::regclass, confrelid::regclass, confupdtype, confdeltype, confmatchtype, conislocal, coninhcount, connoinherit, conkey, confkey, conpfeqop::regoper[], conexclop::regoperator[] FROM pg_constraint WHERE connamespace = 'world'::regnamespace ORDER BY conrelid::regclass::text, conname

SELECT c.conrelid::regclass, c.conname, p.conname, p.conrelid::regclass FROM pg_constraint c JOIN pg_constraint p ON p.oid = c.conparentid ORDER BY c.conrelid::regclass::text, c.conname

SELECT conrelid::regclass, conname, pg_get_constraintdef(oid), pg_get_constraintdef(oid, true) FROM pg_constraint WHERE connamespace = 'world'::regnamespace ORDER BY conrelid::regclass::text, conname

SELECT indexrelid::regclass, indrelid::regclass, indnatts, indnkeyatts, indisunique, indnullsnotdistinct, indisprimary, indisexclusion, indimmediate, indkey, indcollation, indclass, indoption, indexprs IS NULL, indpred IS NULL FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'world'::regnamespace) ORDER BY indexrelid::regclass::text

SELECT indexrelid::regclass, pg_get_indexdef(indexrelid), pg_get_indexdef(indexrelid, 0, true), pg_get_indexdef(indexrelid, 1, true), pg_get_indexdef(indexrelid, 2, true) FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'world'::regnamespace) ORDER BY indexrelid::regclass::text

SELECT inhrelid::regclass, inhparent::regclass, inhseqno FROM pg_inherits ORDER BY inhrelid::regclass::text

SELECT partrelid::regclass, partstrat, partnatts, partdefid::regclass, partattrs, partclass, partcollation, partexprs FROM pg_partitioned_table ORDER BY partrelid::regclass::text

SELECT relname, pg_get_expr(relpartbound, oid), pg_get_partkeydef(oid) FROM pg_class WHERE relnamespace = 'world'::regnamespace AND (relispartition OR relkind = 'p') AND relkind IN ('r', 'p') ORDER BY relname

SELECT * FROM pg_partition_tree('world.parted') ORDER BY relid::text

SELECT relid FROM pg_partition_ancestors('world.part_c0_pkey') a(relid)

SELECT pg_partition_root('world.part_c0'), pg_partition_root('world.barred')

SELECT oid::regprocedure, prolang = 14, procost, prorows, provariadic::regtype, prokind, prosecdef, proleakproof, proisstrict, proretset, provolatile, proparallel, pronargs, pronargdefaults, prorettype::regtype, proargtypes::regtype[], proallargtypes::regtype[], proargmodes, proargnames, prosrc, proconfig, proacl FROM pg_proc WHERE pronamespace = 'world'::regnamespace AND prolang <> 12 ORDER BY proname, pronargs

SELECT oid::regprocedure, pg_get_function_arguments(oid), pg_get_function_identity_arguments(oid), pg_get_function_result(oid), pg_get_functiondef(oid), pg_function_is_visible(oid), obj_description(oid, 'pg_proc') FROM pg_proc WHERE pronamespace = 'world'::regnamespace AND prolang <> 12 ORDER BY proname, pronargs

SELECT pg_get_function_arg_default('world.many(integer,text,integer[])'::regprocedure, 2), pg_get_function_arg_default('world.many(integer,text,integer[])'::regprocedure, 1), 'world.called'::regproc, to_regproc('world.many'), to_regprocedure('world.many(int)')

SELECT t.tgname LIKE 'RI%', t.tgrelid::regclass, t.tgparentid <> 0, t.tgfoid::regproc, t.tgtype, t.tgenabled, t.tgisinternal, t.tgconstrrelid::regclass, t.tgconstrindid::regclass, c.conname, t.tgdeferrable, t.tginitdeferred, t.tgnargs, t.tgattr, t.tgargs, t.tgoldtable, t.tgnewtable FROM pg_trigger t LEFT JOIN pg_constraint c ON c.oid = t.tgconstraint ORDER BY t.tgrelid::regclass::text, t.tgisinternal, t.tgname COLLATE "C" LIKE 'RI%', c.conname, t.tgfoid::regproc::text, CASE WHEN NOT t.tgisinternal THEN t.tgname END

SELECT tgrelid::regclass, pg_get_triggerdef(oid), pg_get_triggerdef(oid, true), obj_description(oid, 'pg_trigger') FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, tgname

SELECT polname, polrelid::regclass, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), obj_description(oid, 'pg_policy') FROM pg_policy ORDER BY polname

SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit, rolvaliduntil, shobj_description(oid, 'pg_authid') FROM pg_authid WHERE rolname LIKE 'golden%' ORDER BY rolname

SELECT roleid::regrole, member::regrole, admin_option, inherit_option, set_option FROM pg_auth_members WHERE member = 'golden_keeper'::regrole

SELECT nspname, nspacl, nspowner::regrole FROM pg_namespace WHERE nspname = 'world'

SELECT relname, grantor::regrole, grantee::regrole, privilege_type, is_grantable FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'world'::regnamespace ORDER BY relname, grantee, privilege_type

SELECT has_table_privilege('golden_reader', 'world.base', 'SELECT'), has_table_privilege('golden_reader', 'world.base', 'SELECT WITH GRANT OPTION'), has_table_privilege('golden_reader', 'world.base', 'UPDATE'), has_table_privilege('golden_keeper', 'world.base', 'INSERT'), has_table_privilege('golden_keeper', 'world.child', 'DELETE'), has_table_privilege('golden_reader', 'world.child', 'SELECT'), has_table_privilege('world.base', 'TRUNCATE'), has_table_privilege('golden_reader', 'pg_authid', 'SELECT'), has_table_privilege('public', 'pg_class', 'SELECT')

SELECT has_column_privilege('golden_keeper', 'world.base', 'b', 'UPDATE'), has_column_privilege('golden_keeper', 'world.base', 1::smallint, 'UPDATE'), has_column_privilege('golden_keeper', 'world.base', 'a', 'SELECT'), has_any_column_privilege('golden_keeper', 'world.base', 'UPDATE'), has_any_column_privilege('golden_reader', 'world.base', 'UPDATE'), has_schema_privilege('golden_reader', 'world', 'USAGE'), has_schema_privilege('golden_reader', 'world', 'CREATE'), has_schema_privilege('public', 'world', 'USAGE'), has_sequence_privilege('golden_reader', 'world.counter', 'USAGE'), has_sequence_privilege('golden_reader', 'world.counter', 'SELECT')

SELECT has_function_privilege('golden_reader', 'world.many(integer)', 'EXECUTE'), has_function_privilege('golden_reader', 'world.called()', 'EXECUTE'), has_type_privilege('golden_reader', 'world.color', 'USAGE'), has_type_privilege('golden_reader', 'world.positive', 'USAGE'), has_database_privilege('golden_reader', current_database(), 'TEMP'), has_database_privilege('golden_reader', current_database(), 'CREATE'), has_language_privilege('golden_reader', 'sql', 'USAGE'), has_tablespace_privilege('golden_reader', 'pg_default', 'CREATE')

SELECT pg_has_role('golden_keeper', 'golden_reader', 'MEMBER'), pg_has_role('golden_keeper', 'golden_reader', 'USAGE'), pg_has_role('golden_keeper', 'golden_reader', 'USAGE WITH ADMIN OPTION'), pg_has_role('golden_reader', 'golden_keeper', 'MEMBER'), pg_has_role('golden_reader', 'USAGE')

SELECT has_table_privilege('golden_nobody', 'world.base', 'SELECT')

SELECT has_table_privilege('golden_reader', 'world.base', 'BURN')

SELECT has_column_privilege('golden_reader', 'world.base', 'zz', 'SELECT')

SELECT has_sequence_privilege('golden_reader', 'world.base', 'USAGE')

SELECT acldefault('r', 10), acldefault('n', 10), acldefault('f', 10), makeaclitem(10, 10, 'SELECT, INSERT', true), makeaclitem(0, 10, 'USAGE', false)

SELECT classid::regclass, refclassid::regclass, deptype, count(*) FROM pg_depend WHERE objid > 16383 AND classid NOT IN ('pg_rewrite'::regclass, 'pg_cast'::regclass, 'pg_proc'::regclass) AND refclassid <> 'pg_proc'::regclass AND (classid, objid) NOT IN (SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = 99) AND refobjid NOT IN (SELECT oid FROM pg_class WHERE relnamespace = 99) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3

SELECT c.conname, d.refobjid::regclass, d.refobjsubid, d.deptype FROM pg_depend d JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid AND c.connamespace = 'world'::regnamespace WHERE d.refclassid = 'pg_class'::regclass ORDER BY c.conname, c.conrelid::regclass::text, d.refobjid::regclass::text, d.refobjsubid, d.deptype

SELECT d.objid::regclass, d.refobjid::regclass, d.refobjsubid, d.deptype FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relnamespace = 'world'::regnamespace WHERE d.refclassid = 'pg_class'::regclass ORDER BY c.relname, d.refobjid::regclass::text, d.refobjsubid, d.deptype

SELECT DISTINCT r.ev_class::regclass::text, d.refobjid::regclass::text, d.refobjsubid, d.deptype FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class AND c.relnamespace = 'world'::regnamespace WHERE d.refclassid = 'pg_class'::regclass ORDER BY 1, 2, 3, 4

SELECT relname, pg_relation_is_updatable(oid, false), pg_relation_is_updatable(oid, true), pg_column_is_updatable(oid, 1::smallint, false), pg_column_is_updatable(oid, 2::smallint, false) FROM pg_class WHERE relnamespace = 'world'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') ORDER BY relname

SELECT table_name, check_option, is_updatable, is_insertable_into, is_trigger_updatable, is_trigger_deletable, is_trigger_insertable_into FROM information_schema.views WHERE table_schema = 'world' ORDER BY table_name

SELECT substring(relname FOR 3), substring(relname FROM 2 FOR 2), substring(relname FROM 3) FROM pg_class WHERE oid = 'world.base'::regclass

SELECT relname, relpages, reltuples, pg_relation_size(oid) FROM pg_class WHERE relnamespace = 'world'::regnamespace AND relname NOT LIKE '%brin%' AND relkind IN ('r', 'p', 'S', 'i', 'I', 'v') ORDER BY relname

SELECT datname, has_database_privilege('golden_reader', datname, 'CONNECT'), has_database_privilege('golden_reader', oid, 'CREATE') FROM pg_database WHERE datname IN ('template0', 'template1', 'postgres') ORDER BY datname

SELECT classid::regclass, objsubid, refobjid::regrole, deptype FROM pg_shdepend WHERE refobjid::regrole::text LIKE 'golden%' AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1, 2, refobjid::regrole::text, 4

SELECT col_description('world.pair'::regclass, 2), obj_description('world.positive'::regtype, 'pg_type')

SELECT table_name, check_option, is_updatable, is_insertable_into, is_trigger_updatable, is_trigger_deletable, is_trigger_insertable_into FROM information_schema.views WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1

SELECT substring(pg_get_expr(adbin, adrelid) for 5), substring('abcdef' from 3), substring('abcdef' from 2 for 3) FROM pg_attrdef ORDER BY 1 LIMIT 3

SELECT conname, contype, pg_get_constraintdef(oid), pg_get_constraintdef(oid, conname <> 'yes_or_no_check') FROM pg_constraint WHERE conname IN ('cardinal_number_domain_check', 'yes_or_no_check', 'pg_class_oid_index', 'pg_class_relname_nsp_index') ORDER BY 1

SELECT p.proname, pg_get_expr(p.proargdefaults, 0) FROM pg_proc p WHERE p.proname IN ('normalize', 'parse_ident', 'jsonb_set') AND p.pronargdefaults > 0 ORDER BY 1

SELECT count(*), count(*) FILTER (WHERE contype = 'c') FROM pg_constraint WHERE conrelid = 0 AND connamespace = 'world'::regnamespace

SELECT c.relname, a.attname, t.typname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid WHERE c.relname ~ '^(item)$' AND a.attnum > 0 ORDER BY a.attnum

select castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext, castmethod, pg_describe_object('pg_cast'::regclass, oid, 0), (select identity from pg_identify_object('pg_cast'::regclass, oid, 0)) from pg_cast where castsource = 'world.moments'::regtype

select pg_describe_object(classid, objid, objsubid), pg_describe_object(refclassid, refobjid, refobjsubid), deptype from pg_depend where classid = 'pg_cast'::regclass order by 2

SELECT DISTINCT ev_class::regclass::text, m[1]::int, m[2], m[3]::oid::regclass::text, m[4]::int FROM pg_rewrite, regexp_matches(ev_action::text, ':resno (\d+) :resname (\S+) :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (\d+)', 'g') m WHERE ev_class IN ('world.seen'::regclass, 'world.kept'::regclass, 'world.through'::regclass, 'world.instead'::regclass) AND m[3] <> '0' ORDER BY 1, 2

SELECT c.relname, attnum, string_agg(coalesce(pg_index_column_has_property(c.oid, attnum, property)::text, 'null'), ' ' ORDER BY n) FROM pg_class c JOIN pg_attribute ON attrelid = c.oid, unnest(ARRAY['asc','desc','nulls_first','nulls_last','orderable','distance_orderable','returnable','search_array','search_nulls','Asc','can_order','clusterable','nothing']) WITH ORDINALITY p(property, n) WHERE relnamespace = 'world'::regnamespace AND relkind IN ('i', 'I', 'r', 'v') AND attnum > 0 GROUP BY 1, 2 ORDER BY 1, 2

SELECT c.relname, string_agg(coalesce(pg_index_has_property(c.oid, property)::text, 'null'), ' ' ORDER BY n) FROM pg_class c, unnest(ARRAY['clusterable','index_scan','bitmap_scan','backward_scan','can_order','asc']) WITH ORDINALITY p(property, n) WHERE relnamespace = 'world'::regnamespace GROUP BY 1 ORDER BY 1

SELECT column_name, is_updatable FROM information_schema.columns WHERE table_name = 'through' ORDER BY 1

SELECT pg_describe_object('pg_auth_members'::regclass, m.oid, 0) FROM pg_auth_members m WHERE m.member::regrole::text ~ '^pg_' ORDER BY 1

SELECT table_name, is_typed, user_defined_type_schema, user_defined_type_name FROM information_schema.tables WHERE table_schema = 'world' ORDER BY 1

SELECT table_name, column_name, identity_generation, identity_start, identity_increment, identity_maximum, identity_minimum, identity_cycle FROM information_schema.columns WHERE is_identity = 'YES' ORDER BY 1

SELECT conname, conkey FROM pg_constraint WHERE conname = 'fields'

SELECT (pg_identify_object('pg_auth_members'::regclass, m.oid, 0)).*, (pg_identify_object_as_address('pg_auth_members'::regclass, m.oid, 0)).* FROM pg_auth_members m WHERE m.member::regrole::text ~ '^pg_' ORDER BY 4
