//! The fields of the messages that have more than one.

use super::line::{Line, Printed};

impl Line<'_> {
    pub(super) fn bind(&mut self) -> Printed {
        self.two_strings()?;
        self.codes()?;
        self.values()?;
        self.codes()
    }

    pub(super) fn byte_and_codes(&mut self) -> Printed {
        self.byte()?;
        self.codes()
    }

    pub(super) fn byte_and_string(&mut self) -> Printed {
        self.byte()?;
        self.string()
    }

    pub(super) fn error_fields(&mut self) -> Printed {
        loop {
            match self.byte_value()? {
                0 => return Ok(()),
                b'F' | b'L' | b'R' => self.source_string()?,
                _ => self.string()?,
            }
        }
    }

    pub(super) fn execute(&mut self) -> Printed {
        self.string()?;
        self.int32().map(drop)
    }

    pub(super) fn function_call(&mut self) -> Printed {
        self.id()?;
        self.codes()?;
        self.values()?;
        self.int16().map(drop)
    }

    pub(super) fn key(&mut self) -> Printed {
        self.id()?;
        self.rest()
    }

    /// The empty name at their end is printed too.
    pub(super) fn mechanisms(&mut self) -> Printed {
        while !self.is_at_nul_or_end() {
            self.string()?;
        }
        self.string()
    }

    pub(super) fn negotiation(&mut self) -> Printed {
        self.int32()?;
        let count = self.int32()?;
        (0..count).try_for_each(|_| self.string())
    }

    pub(super) fn notification(&mut self) -> Printed {
        self.id()?;
        self.two_strings()
    }

    pub(super) fn parse(&mut self) -> Printed {
        self.two_strings()?;
        self.oids()
    }

    pub(super) fn row_description(&mut self) -> Printed {
        let count = self.int16()?;
        for _ in 0..count {
            self.string()?;
            self.id()?;
            self.int16()?;
            self.id()?;
            self.int16()?;
            self.int32()?;
            self.int16()?;
        }
        Ok(())
    }

    pub(super) fn sasl_initial(&mut self) -> Printed {
        self.string()?;
        self.random_value()
    }

    /// The name depends on the code, which is printed in halves, like a version.
    pub(super) fn startup_packet(&mut self) -> Printed {
        match self.peek() {
            Some(80_877_102) => {
                self.version("CancelRequest")?;
                self.key()
            }
            Some(80_877_103) => self.version("SSLRequest"),
            Some(80_877_104) => self.version("GSSENCRequest"),
            _ => {
                self.version("StartupMessage")?;
                while !self.is_at_nul_or_end() {
                    self.two_strings()?;
                }
                Ok(())
            }
        }
    }

    fn version(&mut self, name: &str) -> Printed {
        self.name(name);
        self.int16()?;
        self.int16().map(drop)
    }
}
