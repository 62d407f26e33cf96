//! Character classes of `scan.l`, one table look-up each.

const SPACE: u8 = 1;
const IDENT_START: u8 = 2;
const IDENT_CONT: u8 = 4;
const OPERATOR: u8 = 8;

#[inline]
pub(super) fn is_space(byte: u8) -> bool {
    has(byte, SPACE)
}

/// A letter, an underscore, or any byte of a character outside ASCII.
#[inline]
pub(super) fn is_ident_start(byte: u8) -> bool {
    has(byte, IDENT_START)
}

/// What may follow in an identifier: also digits and `$`.
#[inline]
pub(super) fn is_ident_cont(byte: u8) -> bool {
    has(byte, IDENT_CONT)
}

/// `op_chars`.
#[inline]
pub(super) fn is_operator(byte: u8) -> bool {
    has(byte, OPERATOR)
}

#[inline]
fn has(byte: u8, class: u8) -> bool {
    // A byte cannot lie outside a table of 256.
    CLASSES[usize::from(byte)] & class != 0
}

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte: u8 = 0;
    loop {
        table[byte as usize] = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C => SPACE,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => IDENT_START | IDENT_CONT,
            b'0'..=b'9' | b'$' => IDENT_CONT,
            b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|' | b'`' | b'?' => OPERATOR,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' => OPERATOR,
            _ => 0,
        };
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}
