//! What is asked, as bytes.

/// How deep a pipeline is.
const DEPTH: u32 = 32;

pub(crate) const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
pub(crate) const TERMINATE: [u8; 5] = [b'X', 0, 0, 0, 4];
const SYNC: [u8; 5] = [b'S', 0, 0, 0, 4];
const DESCRIBE_PORTAL: [u8; 7] = [b'D', 0, 0, 0, 6, b'P', 0];
const EXECUTE: [u8; 10] = [b'E', 0, 0, 0, 9, 0, 0, 0, 0, 0];
/// The statement that is prepared before.
const PREPARED: &str = "s1";

/// Which part of the protocol is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Simple,
    /// Parse, Bind, Describe, Execute, Sync.
    Extended,
    /// Bind, Execute, Sync.
    Prepared,
    /// 32 times Bind, Execute, Sync.
    Pipeline,
    /// 32 times Bind, Execute, and one Sync.
    Pipeline1,
}

/// One round of questions.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    /// The ReadyForQuery messages that end the answer.
    pub(crate) readies: u32,
    pub(crate) queries: u64,
    /// What has to be said once before.
    pub(crate) preparation: Option<Vec<u8>>,
}

impl Mode {
    pub(crate) fn named(name: &str) -> Option<Mode> {
        Some(match name {
            "simple" => Mode::Simple,
            "extended" => Mode::Extended,
            "prepared" => Mode::Prepared,
            "pipeline" => Mode::Pipeline,
            "pipeline1" => Mode::Pipeline1,
            _ => return None,
        })
    }
}

impl Request {
    pub(crate) fn new(mode: Mode, sql: &str, binary: bool) -> Request {
        let bind = |statement| [bind(statement, binary), EXECUTE.to_vec()].concat();
        let (bytes, readies, queries) = match mode {
            Mode::Simple => (query(sql), 1, 1),
            Mode::Extended => {
                let messages = [
                    parse("", sql),
                    self::bind("", binary),
                    DESCRIBE_PORTAL.to_vec(),
                    EXECUTE.to_vec(),
                    SYNC.to_vec(),
                ];
                (messages.concat(), 1, 1)
            }
            Mode::Prepared => ([bind(PREPARED), SYNC.to_vec()].concat(), 1, 1),
            Mode::Pipeline => {
                let one = [bind(PREPARED), SYNC.to_vec()].concat();
                (one.repeat(DEPTH as usize), DEPTH, DEPTH.into())
            }
            Mode::Pipeline1 => {
                let many = bind(PREPARED).repeat(DEPTH as usize);
                ([many, SYNC.to_vec()].concat(), 1, DEPTH.into())
            }
        };
        let is_prepared = !matches!(mode, Mode::Simple | Mode::Extended);
        let preparation = is_prepared.then(|| [parse(PREPARED, sql), SYNC.to_vec()].concat());
        Request { bytes, readies, queries, preparation }
    }
}

/// Appends a message: its type, its length, its body.
pub(crate) fn append(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    out.extend_from_slice(body);
}

pub(crate) fn startup(user: &str, database: &str) -> Vec<u8> {
    let version_3_0 = [0, 3, 0, 0];
    let parameters = format!("user\0{user}\0database\0{database}\0\0");
    let length = (4 + version_3_0.len() + parameters.len()) as u32;
    [&length.to_be_bytes(), &version_3_0[..], parameters.as_bytes()].concat()
}

pub(crate) fn query(sql: &str) -> Vec<u8> {
    let mut out = Vec::new();
    append(&mut out, b'Q', format!("{sql}\0").as_bytes());
    out
}

fn parse(name: &str, sql: &str) -> Vec<u8> {
    let mut out = Vec::new();
    append(&mut out, b'P', format!("{name}\0{sql}\0\0\0").as_bytes());
    out
}

/// Bind without parameters to the unnamed portal, with one format for all columns.
fn bind(statement: &str, binary: bool) -> Vec<u8> {
    let mut body = format!("\0{statement}\0").into_bytes();
    body.extend_from_slice(&[0, 0, 0, 0, 0, 1, 0, u8::from(binary)]);
    let mut out = Vec::new();
    append(&mut out, b'B', &body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_has_one_sync_or_as_many_as_queries() {
        let syncs = |mode| {
            let request = Request::new(mode, "select 1", true);
            let found = request.bytes.windows(5).filter(|part| **part == SYNC).count();
            (found, request.readies, request.queries, request.preparation.is_some())
        };
        assert_eq!(syncs(Mode::Simple), (0, 1, 1, false));
        assert_eq!(syncs(Mode::Extended), (1, 1, 1, false));
        assert_eq!(syncs(Mode::Prepared), (1, 1, 1, true));
        assert_eq!(syncs(Mode::Pipeline), (32, 32, 32, true));
        assert_eq!(syncs(Mode::Pipeline1), (1, 1, 32, true));
    }
}
