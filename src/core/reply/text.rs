//! A parser for ASCII texts of headers. It works on bytes: the text functions of the standard library add several
//! kilobytes.

/// A text that is read from its beginning.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(pub &'a [u8]);

impl<'a> Text<'a> {
    /// Takes the next byte if it fits.
    pub fn take(&mut self, fits: fn(u8) -> bool) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        fits(first).then(|| {
            self.0 = rest;
            first
        })
    }

    /// Takes a byte, or nothing if another one follows.
    pub fn take_byte(&mut self, byte: u8) -> bool {
        let is_next = self.0.first() == Some(&byte);
        if is_next {
            self.0 = &self.0[1..];
        }
        is_next
    }

    /// Takes all bytes that fit.
    #[inline(never)]
    pub fn take_while(&mut self, fits: fn(u8) -> bool) -> &'a [u8] {
        let end = self.0.iter().position(|&byte| !fits(byte)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    pub fn skip_spaces(&mut self) {
        self.take_while(|byte| byte == b' ');
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes an integer of 1 to 15 digits.
    #[inline(never)]
    pub fn take_integer(&mut self) -> Option<f64> {
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        if digits.is_empty() || digits.len() > 15 {
            return None;
        }
        Some(digits.iter().fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0')))
    }

    /// Takes a decimal number without a sign, as a wait or a count is.
    #[inline(never)]
    pub fn take_decimal(&mut self) -> Option<f64> {
        let whole = self.take_integer()?;
        if !self.take_byte(b'.') {
            return Some(whole);
        }
        let before = self.0.len();
        let fraction = self.take_integer()?;
        let digits = before - self.0.len();
        Some((0..digits).fold(fraction, |value, _| value / 10.0) + whole)
    }
}

/// Reads a text that is a decimal number, with spaces before and after it.
#[inline(never)]
pub(super) fn decimal(text: &[u8]) -> Option<f64> {
    let mut text = Text(text);
    text.skip_spaces();
    let number = text.take_decimal()?;
    text.skip_spaces();
    text.is_empty().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_no_sign_no_exponent_and_at_most_fifteen_digits() {
        for (text, number) in
            [("7", 7.0), (" 0.5 ", 0.5), ("0", 0.0), ("12.25", 12.25), ("123456789012345", 123_456_789_012_345.0)]
        {
            assert_eq!(decimal(text.as_bytes()), Some(number), "{text}");
        }
        for text in ["", " ", "-5", "+5", "5.", ".5", "1e3", "5,5", "5 5", "Infinity", "1234567890123456", "ä"] {
            assert_eq!(decimal(text.as_bytes()), None, "{text}");
        }
    }
}
