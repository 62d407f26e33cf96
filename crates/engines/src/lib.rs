//! Engines for trunkline that are not DataFusion.
