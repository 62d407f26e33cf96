//! Byte offsets to the positions that PostgreSQL reports.

/// The position of a byte offset as ErrorResponse field `P` counts it: characters, from 1.
///
/// An offset behind the end, or inside a character, counts the characters that begin before it.
/// <https://www.postgresql.org/docs/18/protocol-error-fields.html>
pub fn character_position(source: &str, offset: usize) -> usize {
    let before = source.as_bytes().get(..offset).unwrap_or(source.as_bytes());
    // Every byte but the continuation bytes 0b10xxxxxx begins a character.
    before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count().saturating_add(1)
}

/// The byte offset of a position as ErrorResponse reports it: the inverse of [`character_position`].
///
/// `None` if the position is 0 or lies more than one behind the last character.
pub fn byte_offset(source: &str, position: usize) -> Option<usize> {
    let index = position.checked_sub(1)?;
    let starts = source.char_indices().map(|(offset, _)| offset);
    starts.chain([source.len()]).nth(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_not_bytes() {
        let source = "aé€x";
        assert_eq!(character_position(source, 0), 1);
        assert_eq!(character_position(source, 1), 2);
        assert_eq!(character_position(source, 3), 3);
        assert_eq!(character_position(source, 6), 4);
        assert_eq!(character_position(source, 99), 5);
        assert_eq!(byte_offset(source, 4), Some(6));
        assert_eq!(byte_offset(source, 5), Some(7));
        assert_eq!(byte_offset(source, 6), None);
        assert_eq!(byte_offset(source, 0), None);
    }
}
