//! Dates as servers write them. All are in GMT, whatever the time zone of the reader.

use super::text::Text;

const DAY: f64 = 86_400_000.0;
const MONTHS: &[u8; 36] = b"janfebmaraprmayjunjulaugsepoctnovdec";

/// Reads a date of HTTP (RFC 1123, RFC 850, asctime) or of RFC 3339. Returns milliseconds since 1970.
pub fn parse(text: &[u8]) -> Option<f64> {
    let mut text = Text(text);
    text.skip_spaces();
    let is_rfc3339 = text.0.first().is_some_and(u8::is_ascii_digit);
    let date = if is_rfc3339 { rfc3339(&mut text) } else { http(&mut text) }?;
    text.skip_spaces();
    text.is_empty().then_some(date)
}

/// Reads "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" or "Sun Nov  6 08:49:37 1994".
fn http(text: &mut Text) -> Option<f64> {
    text.take_while(|byte| byte.is_ascii_alphabetic());
    separators(text);
    let is_asctime = text.0.first().is_some_and(u8::is_ascii_alphabetic);
    if is_asctime {
        let month = month(text)?;
        let day = number(text)?;
        let time = clock(text)?;
        return Some(days(number(text)?, month, day)? * DAY + time);
    }
    let (day, month) = (number(text)?, month(text)?);
    let before = text.0.len();
    let year = number(text)?;
    // Two digits and the space behind them.
    let is_short = before - text.0.len() == 3;
    let century = match year {
        _ if !is_short => 0.0,
        ..70.0 => 2_000.0,
        _ => 1_900.0,
    };
    let time = clock(text)?;
    text.take_while(|byte| byte.is_ascii_alphabetic());
    Some(days(century + year, month, day)? * DAY + time)
}

/// Reads "2026-11-26T10:00:00.250Z" or one with an offset.
fn rfc3339(text: &mut Text) -> Option<f64> {
    let (year, month, day) = (number(text)?, number(text)?, number(text)?);
    text.take(|byte| matches!(byte, b'T' | b't' | b' '));
    let time = clock(text)?;
    let offset = match text.take(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'))? {
        b'+' => clock(text)?,
        b'-' => -clock(text)?,
        _ => 0.0,
    };
    Some(days(year, month, day)? * DAY + time - offset)
}

/// Reads "08:49:37", "08:49:37.5" or "08:49". Returns milliseconds.
#[inline(never)]
fn clock(text: &mut Text) -> Option<f64> {
    let hours = text.take_integer()?;
    let minutes = text.take_byte(b':').then(|| text.take_integer())??;
    let seconds = if text.take_byte(b':') { text.take_decimal()? } else { 0.0 };
    let is_valid = hours < 24.0 && minutes < 60.0 && seconds < 61.0 && text.0.first() != Some(&b':');
    text.skip_spaces();
    is_valid.then_some((hours * 3_600.0 + minutes * 60.0 + seconds) * 1_000.0)
}

/// Reads a day or a year, and what separates it from the next part.
#[inline(never)]
fn number(text: &mut Text) -> Option<f64> {
    let number = text.take_integer().filter(|&number| number < 10_000.0);
    separators(text);
    number
}

/// Reads the name of a month. Returns 1 to 12.
#[inline(never)]
fn month(text: &mut Text) -> Option<f64> {
    let name = text.take_while(|byte| byte.is_ascii_alphabetic());
    separators(text);
    let at = MONTHS.chunks_exact(3).position(|month| month.eq_ignore_ascii_case(name))?;
    Some(at as f64 + 1.0)
}

fn separators(text: &mut Text) {
    text.take_while(|byte| matches!(byte, b' ' | b',' | b'-'));
}

/// Returns the days from 1970-01-01 to a day of the Gregorian calendar.
fn days(year: f64, month: f64, day: f64) -> Option<f64> {
    if !(1.0..=12.0).contains(&month) || !(1.0..=31.0).contains(&day) || year < 1.0 {
        return None;
    }
    let (year, month, day) = (year as u32, month as u32, day as u32);
    // Years begin in March here, so that the leap day is the last one.
    let year = if month > 2 { year } else { year - 1 };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year / 4 - year / 100 + year / 400;
    Some(f64::from(year * 365 + leap_days + of_year) - 719_468.0)
}

#[cfg(test)]
mod tests {
    use super::parse as parse_bytes;

    fn parse(text: &str) -> Option<f64> {
        parse_bytes(text.as_bytes())
    }

    #[test]
    fn all_forms_of_http_are_the_same_moment() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "1994-11-06T08:49:37Z",
        ] {
            assert_eq!(parse(text), Some(784_111_777_000.0), "{text}");
        }
    }

    #[test]
    fn leap_days_and_turns_of_years_count() {
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0.0));
        assert_eq!(parse("2000-02-29T00:00:00Z"), Some(951_782_400_000.0));
        assert_eq!(parse("2000-03-01T00:00:00Z"), Some(951_868_800_000.0));
        assert_eq!(parse("2026-12-31T23:59:59.250Z"), Some(1_798_761_599_250.0));
        assert_eq!(parse("Thu, 01 Jan 70 00:00:00 GMT"), Some(0.0));
        assert_eq!(parse("Mon, 01 Jan 69 00:00:00 GMT"), Some(3_124_224_000_000.0));
    }

    #[test]
    fn the_calendar_begins_with_the_year_one() {
        assert_eq!([0.0, 1.0].map(|year| super::days(year, 1.0, 1.0)), [None, Some(-719_162.0)]);
    }

    #[test]
    fn offsets_count() {
        let noon = parse("2026-11-26T12:00:00Z");
        assert!(noon.is_some());
        assert_eq!(parse("2026-11-26T13:30:00+01:30"), noon);
        assert_eq!(parse("2026-11-26T07:00:00-05:00"), noon);
    }

    #[test]
    fn garbled_dates_are_none() {
        for text in [
            "",
            "10, 10",
            "Sun",
            "Sun, 06 Nov",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 10000 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37:00 GMT",
            "1994-13-06T00:00:00Z",
            "1994-11-06",
            "1994-00-06T00:00:00Z",
            "1994-11-00T00:00:00Z",
            "99999-11-06T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "1994-11-06T00:00:00Zx",
            "näh, 06 Nov 1994",
            "…",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
