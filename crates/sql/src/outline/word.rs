//! The key words that tell a scan where it is.

/// The words that matter here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    None,
    Other,
    Dot,
    /// A word between a verb and the name of its table, or between WITH and a name.
    Adverb,
    All,
    Alter,
    As,
    Copy,
    Create,
    Data,
    /// Stands for every verb that is about objects: CREATE, ALTER, DROP, TRUNCATE, LOCK.
    Define,
    Delete,
    Distinct,
    Drop,
    /// A word behind which a list of tables has ended.
    EndOfList,
    Explain,
    For,
    From,
    Insert,
    Into,
    Is,
    Join,
    Key,
    Lock,
    Merge,
    No,
    Not,
    Select,
    /// UNION, EXCEPT or INTERSECT.
    SetOperation,
    Share,
    Table,
    Truncate,
    /// `::`.
    Typecast,
    Update,
    Using,
    Values,
    View,
    With,
}

impl Word {
    pub(super) fn of(text: &str) -> Self {
        let mut buffer = [0; 12];
        let Some(lower) = buffer.get_mut(..text.len()) else { return Self::Other };
        lower.copy_from_slice(text.as_bytes());
        lower.make_ascii_lowercase();
        match &*lower {
            b"all" => Self::All,
            b"alter" => Self::Alter,
            b"as" => Self::As,
            b"copy" => Self::Copy,
            b"create" => Self::Create,
            b"data" => Self::Data,
            b"delete" => Self::Delete,
            b"distinct" => Self::Distinct,
            b"drop" => Self::Drop,
            b"for" => Self::For,
            b"from" => Self::From,
            b"insert" => Self::Insert,
            b"into" => Self::Into,
            b"is" => Self::Is,
            b"join" => Self::Join,
            b"key" => Self::Key,
            b"lock" => Self::Lock,
            b"merge" => Self::Merge,
            b"no" => Self::No,
            b"not" => Self::Not,
            b"select" => Self::Select,
            b"share" => Self::Share,
            b"table" => Self::Table,
            b"truncate" => Self::Truncate,
            b"update" => Self::Update,
            b"using" => Self::Using,
            b"values" => Self::Values,
            b"view" => Self::View,
            b"with" => Self::With,
            b"analyse" | b"analyze" | b"explain" | b"verbose" => Self::Explain,
            b"except" | b"intersect" | b"union" => Self::SetOperation,
            b"exists" | b"if" | b"lateral" | b"materialized" | b"only" | b"recursive" | b"temp"
            | b"temporary" | b"unlogged" => Self::Adverb,
            b"fetch" | b"group" | b"having" | b"limit" | b"offset" | b"order" | b"returning"
            | b"set" | b"where" | b"window" => Self::EndOfList,
            _ => Self::Other,
        }
    }

    /// Whether it begins a query or a data change, or may do so.
    pub(super) fn begins_query(self) -> bool {
        matches!(
            self,
            Self::Delete
                | Self::Insert
                | Self::Merge
                | Self::Select
                | Self::Update
                | Self::Values
                | Self::With
        )
    }

    /// Whether it leaves open the place where a verb may stand.
    pub(super) fn keeps_verb(self) -> bool {
        matches!(
            self,
            Self::All
                | Self::As
                | Self::Distinct
                | Self::Explain
                | Self::For
                | Self::SetOperation
                | Self::With
        )
    }
}
