SELECT w.foreign_data_wrapper_catalog, w.foreign_data_wrapper_name, o.option_name, o.option_value
FROM information_schema._pg_foreign_data_wrappers w CROSS JOIN LATERAL pg_options_to_table(w.fdwoptions) o
