//! What a login leaves for the session behind it.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A value of the embedding program's own that belongs to one client: set while the client proves who it is, read by
/// [`Engine::open`](crate::Engine::open) and after.
///
/// A clone is the same place. What is in it is dropped with the connection, or when the client is turned away.
#[derive(Clone, Default)]
pub struct Attachment(Option<Arc<Place>>);

type Place = OnceLock<Box<dyn Any + Send + Sync>>;

impl Attachment {
    /// A place where something may be left. That of a client is none by default, and takes no memory.
    pub fn open() -> Attachment {
        Attachment(Some(Arc::default()))
    }

    /// Leaves a value, once: a second one comes back as the error, and so does one for which there is no place.
    pub fn set<T: Any + Send + Sync>(&self, value: T) -> Result<(), T> {
        let Some(place) = &self.0 else { return Err(value) };
        let refused = place.set(Box::new(value)).map_err(|refused| refused.downcast());
        // It is of the type that it came with.
        if let Err(Ok(value)) = refused { Err(*value) } else { Ok(()) }
    }

    /// The value, if one of this type was left.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.as_ref()?.get()?.downcast_ref()
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_left = self.0.as_ref().is_some_and(|place| place.get().is_some());
        f.debug_tuple("Attachment").field(&is_left).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_stays_and_is_found_by_its_type() {
        assert_eq!(Attachment::default().set(7_u32), Err(7));
        let place = Attachment::open();
        assert!(place.get::<u32>().is_none());
        assert_eq!(place.set(7_u32), Ok(()));
        assert_eq!(place.clone().set(8_u32), Err(8));
        assert_eq!(place.clone().get::<u32>(), Some(&7));
        assert!(place.get::<i32>().is_none());
    }
}
