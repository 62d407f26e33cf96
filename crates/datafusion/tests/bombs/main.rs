//! Files that want more memory than there is are errors of their queries, and of nothing else.
#![cfg(target_os = "linux")]

mod columns;
mod parquet;
mod served;
mod spill;
mod text;
