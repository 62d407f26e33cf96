//! Folders as databases: what is found, how it is read, what becomes of changes.

mod damage;
mod discovery;
mod formats;
mod live;
mod pruning;
mod safety;
mod served;
