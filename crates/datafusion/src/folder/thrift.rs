//! The compact protocol of Thrift, as far as it takes to walk over it.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// How deep values may lie in each other: the metadata of Parquet need less than ten.
const DEEPEST: usize = 32;

/// Bytes of Thrift, walked over from front to back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thrift<'a>(pub(super) &'a [u8]);

/// What is wrong with them.
pub(super) type Flaw = &'static str;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    True,
    False,
    Byte,
    /// Of 16, 32 or 64 bits: all are written alike.
    Int,
    Double,
    Binary,
    /// A set, too.
    List,
    Map,
    Struct,
}

impl<'a> Thrift<'a> {
    fn byte(&mut self) -> Result<u8, Flaw> {
        let (first, rest) = self.0.split_first().ok_or("its metadata end too early")?;
        self.0 = rest;
        Ok(*first)
    }

    fn bytes(&mut self, length: u64) -> Result<&'a [u8], Flaw> {
        let length = usize::try_from(length).ok();
        let split = length.and_then(|length| self.0.split_at_checked(length));
        let (bytes, rest) = split.ok_or("its metadata end too early")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn unsigned(&mut self) -> Result<u64, Flaw> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("its metadata have a number too long")
    }

    /// A number.
    pub(super) fn int(&mut self) -> Result<i64, Flaw> {
        let zigzag = self.unsigned()?;
        let magnitude =
            i64::try_from(zigzag >> 1).map_err(|_| "its metadata have a wrong number")?;
        Ok(if zigzag & 1 == 0 { magnitude } else { !magnitude })
    }

    /// The number of elements of a list, and their type. They are all there: each takes a byte.
    pub(super) fn list(&mut self) -> Result<(usize, Type), Flaw> {
        let header = self.byte()?;
        let length = match header >> 4 {
            15 => self.unsigned()?,
            short => u64::from(short),
        };
        let length = usize::try_from(length).ok().filter(|length| *length <= self.0.len());
        let length = length.ok_or("its metadata have a list longer than they are")?;
        Ok((length, Type::of(header)?))
    }

    /// Calls for each field of a struct with its number and type; what is not `taken` is skipped.
    pub(super) fn fields(
        &mut self,
        mut taken: impl FnMut(&mut Thrift<'a>, i64, Type) -> Result<bool, Flaw>,
    ) -> Result<(), Flaw> {
        self.fields_at(0, &mut |thrift, number, of| taken(thrift, number, of))
    }

    fn fields_at(
        &mut self,
        depth: usize,
        taken: &mut dyn FnMut(&mut Thrift<'a>, i64, Type) -> Result<bool, Flaw>,
    ) -> Result<(), Flaw> {
        let mut number = 0_i64;
        loop {
            let header = self.byte()?;
            if header == 0 {
                return Ok(());
            }
            number = match header >> 4 {
                0 => self.int()?,
                step => number.saturating_add(i64::from(step)),
            };
            let of = Type::of(header)?;
            if !taken(self, number, of)? {
                self.skip(of, depth)?;
            }
        }
    }

    /// Walks over a value.
    pub(super) fn skip(&mut self, of: Type, depth: usize) -> Result<(), Flaw> {
        if depth > DEEPEST {
            return Err("its metadata are nested too deep");
        }
        match of {
            Type::True | Type::False => {}
            Type::Byte => drop(self.byte()?),
            Type::Int => drop(self.unsigned()?),
            Type::Double => drop(self.bytes(8)?),
            Type::Binary => {
                let length = self.unsigned()?;
                self.bytes(length)?;
            }
            Type::List => {
                let (length, of) = self.list()?;
                for _ in 0..length {
                    self.element(of, depth + 1)?;
                }
            }
            Type::Map => {
                let length = self.unsigned()?;
                let kinds = if length > 0 { self.byte()? } else { 0 };
                for _ in 0..length {
                    self.element(Type::of(kinds >> 4)?, depth + 1)?;
                    self.element(Type::of(kinds)?, depth + 1)?;
                }
            }
            Type::Struct => self.fields_at(depth + 1, &mut |_, _, _| Ok(false))?,
        }
        Ok(())
    }

    /// In a field a truth value is in its type; in a list it is a byte.
    fn element(&mut self, of: Type, depth: usize) -> Result<(), Flaw> {
        match of {
            Type::True | Type::False => self.byte().map(drop),
            of => self.skip(of, depth),
        }
    }
}

impl Type {
    fn of(header: u8) -> Result<Type, Flaw> {
        Ok(match header & 0x0f {
            1 => Type::True,
            2 => Type::False,
            3 => Type::Byte,
            4..=6 => Type::Int,
            7 => Type::Double,
            8 => Type::Binary,
            9 | 10 => Type::List,
            11 => Type::Map,
            12 => Type::Struct,
            _ => return Err("its metadata have a value of no type"),
        })
    }
}
