//! What is said of objects: `obj_description` and its kin.

use std::collections::HashMap;
use std::rc::Rc;

use trunkline_core::Result;

use super::definitions::oid;
use crate::datum::Datum;
use crate::facts::{PG_CATALOG, relation_columns, relation_oid};
use crate::plan::Call;
use crate::world::World;

/// The rows of `pg_description` or `pg_shdescription` by their objects and columns, made once in a run.
pub(crate) struct Descriptions(HashMap<(i64, i64), Vec<Said>>);

/// What is said of something that is in a catalog.
struct Said {
    catalog: i64,
    text: Datum,
}

impl Descriptions {
    fn new(world: &World, among: &str) -> Result<Descriptions> {
        let columns = relation_columns(PG_CATALOG, among).unwrap_or_default();
        let place = |name: &str| columns.iter().position(|column| *column.name == *name);
        let [of, class, sub, text] = ["objoid", "classoid", "objsubid", "description"].map(place);
        let mut all: HashMap<_, Vec<Said>> = HashMap::new();
        for row in world.table(PG_CATALOG, among)? {
            let number = |place: Option<usize>| place.and_then(|place| row.get(place)?.as_int());
            let (Some(of), Some(catalog)) = (number(of), number(class)) else { continue };
            let text = text.and_then(|text| row.get(text)).cloned().unwrap_or_default();
            // Databases have no columns.
            all.entry((of, number(sub).unwrap_or(0))).or_default().push(Said { catalog, text });
        }
        Ok(Descriptions(all))
    }

    fn find(&self, object: u32, column: i64, catalog: Option<u32>) -> Option<&Datum> {
        let mut all = self.0.get(&(object.into(), column))?.iter();
        let is_meant = |said: &&Said| catalog.is_none_or(|one| said.catalog == i64::from(one));
        all.find(is_meant).map(|said| &said.text)
    }
}

/// `obj_description(oid, catalog)`, `col_description(table, column)`, and `shobj_description(oid, catalog)`
pub(super) fn said(call: &Call<'_>, among: &'static str) -> Result<Datum> {
    let Some(object) = oid(call, 0) else { return Ok(Datum::Null) };
    let (catalog, column) = match call.arguments.get(1) {
        Some(Datum::Text(name)) => (relation_oid(PG_CATALOG, name), 0),
        Some(Datum::Int(column)) => (Some(1259), *column),
        _ => (None, 0),
    };
    let known = call.run.descriptions.borrow().get(among).cloned();
    let all = match known {
        Some(known) => known,
        None => {
            let made = Rc::new(Descriptions::new(&call.run.world, among)?);
            call.run.descriptions.borrow_mut().insert(among, made.clone());
            made
        }
    };
    Ok(all.find(object, column, catalog).cloned().unwrap_or_default())
}
