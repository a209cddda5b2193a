//! Dates as servers write them. All are in GMT, whatever the time zone of the reader.

const DAY: f64 = 86_400_000.0;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads a date of HTTP (RFC 1123, RFC 850, asctime) or of RFC 3339. Returns milliseconds since 1970.
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.as_bytes().first()?.is_ascii_digit() { rfc3339(text) } else { http(text) }
}

/// Reads "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" or "Sun Nov  6 08:49:37 1994".
fn http(text: &str) -> Option<f64> {
    let mut words = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).skip(1);
    let first = words.next()?;
    let is_asctime = month(first).is_some();
    let (day, month) =
        if is_asctime { (whole(words.next()?)?, month(first)?) } else { (whole(first)?, month(words.next()?)?) };
    let (year, time) = if is_asctime {
        let time = words.next()?;
        (words.next()?, time)
    } else {
        (words.next()?, words.next()?)
    };
    // Two digits name the year of which they are the end that is nearest to these years.
    let year = match whole(year)? {
        short @ 0..70 if year.len() == 2 => short + 2000,
        short @ 70..100 if year.len() == 2 => short + 1900,
        year => year,
    };
    Some(days(year, month, day)? * DAY + clock(time)?)
}

/// Reads "2026-11-26T10:00:00.250Z" or one with an offset.
fn rfc3339(text: &str) -> Option<f64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut parts = date.split('-');
    let (year, month, day) = (whole(parts.next()?)?, whole(parts.next()?)?, whole(parts.next()?)?);
    let at = time.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = time.split_at(at);
    let offset = match zone.split_at(1) {
        ("+", offset) => clock(offset)?,
        ("-", offset) => -clock(offset)?,
        (_, "") => 0.0,
        _ => return None,
    };
    Some(days(year, month, day)? * DAY + clock(time)? - offset)
}

/// Reads "08:49:37", "08:49:37.5" or "08:49". Returns milliseconds.
fn clock(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let (hours, minutes) = (whole(parts.next()?)?, whole(parts.next()?)?);
    let seconds = parts.next().map_or(Some(0.0), super::wait_hint::decimal)?;
    let is_valid = hours < 24 && minutes < 60 && seconds < 61.0 && parts.next().is_none();
    is_valid.then_some((f64::from(hours) * 3_600.0 + f64::from(minutes) * 60.0 + seconds) * 1_000.0)
}

fn month(text: &str) -> Option<u32> {
    MONTHS.iter().position(|month| text.eq_ignore_ascii_case(month)).map(|at| at as u32 + 1)
}

/// Reads an integer of at most four digits.
fn whole(text: &str) -> Option<u32> {
    let is_short = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_short.then(|| text.bytes().fold(0, |value, byte| value * 10 + u32::from(byte - b'0')))
}

/// Returns the days from 1970-01-01 to a day of the Gregorian calendar.
fn days(year: u32, month: u32, day: u32) -> Option<f64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last one.
    let year = if month > 2 { year } else { year.checked_sub(1)? };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year / 4 - year / 100 + year / 400;
    Some(f64::from(year * 365 + leap_days + of_year) - 719_468.0)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "Sun, 06 Nov 1994 08:49:37:00 GMT",
            "1994-13-06T00:00:00Z",
            "1994-11-06",
            "1994-11-06T00:00:00",
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
