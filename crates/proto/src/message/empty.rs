//! Messages that are nothing but their type byte.

use super::{BackendMessage, BackendTag, Encode, FrontendMessage, FrontendTag};
use crate::{
    error::{Malformed, Misuse},
    wire::{Body, Reader, frame::empty_frame},
};

macro_rules! empty_message {
    ($(#[$doc:meta])* $name:ident, $side:ident, $tag:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name;

        impl $name {
            /// Decodes the body, which must be empty.
            #[inline]
            pub fn decode(body: impl Body) -> Result<$name, Malformed> {
                Reader::new(body.as_ref()).finish().map(|()| $name)
            }
        }

        impl Encode for $name {
            #[inline]
            fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
                out.extend_from_slice(&const { empty_frame($tag.0) });
                Ok(())
            }
        }

        empty_message!(@ $side $name $tag);
    };
    (@ frontend $name:ident $tag:expr) => {
        impl FrontendMessage for $name {
            const TAG: FrontendTag = $tag;
        }
    };
    (@ backend $name:ident $tag:expr) => {
        impl BackendMessage for $name {
            const TAG: BackendTag = $tag;
        }
    };
}

empty_message! {
    /// Flush: send what is pending, without ending the pipeline.
    Flush, frontend, FrontendTag::FLUSH
}
empty_message! {
    /// Sync: the end of a pipeline; owed one ReadyForQuery.
    Sync, frontend, FrontendTag::SYNC
}
empty_message! {
    /// BindComplete
    BindComplete, backend, BackendTag::BIND_COMPLETE
}
empty_message! {
    /// CloseComplete, also when there was nothing to close.
    CloseComplete, backend, BackendTag::CLOSE_COMPLETE
}
empty_message! {
    /// EmptyQueryResponse: stands for CommandComplete where the query string was empty.
    EmptyQueryResponse, backend, BackendTag::EMPTY_QUERY_RESPONSE
}
empty_message! {
    /// NoData: stands for RowDescription where a statement returns no rows.
    NoData, backend, BackendTag::NO_DATA
}
empty_message! {
    /// ParseComplete
    ParseComplete, backend, BackendTag::PARSE_COMPLETE
}
empty_message! {
    /// PortalSuspended: Execute's row limit was reached, even if no rows are left.
    PortalSuspended, backend, BackendTag::PORTAL_SUSPENDED
}

/// Terminate: the frontend is leaving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminate;

impl Terminate {
    /// Decodes the body; whatever is in it is ignored, as PostgreSQL does.
    #[inline]
    pub fn decode(_body: impl Body) -> Terminate {
        Terminate
    }
}

impl Encode for Terminate {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        out.extend_from_slice(&const { empty_frame(Terminate::TAG.0) });
        Ok(())
    }
}

impl FrontendMessage for Terminate {
    const TAG: FrontendTag = FrontendTag::TERMINATE;
}
