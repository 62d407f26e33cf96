"""Asks a PostgreSQL what `to_char` makes of many values by many templates: `templates.tsv`.

    python ask_templates.py "host=… user=…" > templates.tsv

Columns: the type, the time zone, the value, the template, and the answer: `=text`, `NULL`, or
`!sqlstate message`.
"""
import sys

import psycopg

MOMENTS = [
    "2024-02-29 15:06:07.089012", "2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "0044-03-15 12:00:00 BC",
    "0001-12-31 11:30:00 BC", "0001-01-01 00:00:00", "12345-06-07 08:09:10", "4714-11-24 00:00:00 BC",
    "294276-12-31 23:59:59.999999", "2021-01-03 10:11:12", "2018-12-31 01:02:03", "1900-01-01 12:13:14",
    "0100-11-11 11:11:11.111111", "infinity", "-infinity",
]
ZONED = ["2024-02-29 15:06:07.089012+00", "2024-07-01 12:00:00+00", "0044-03-15 12:00:00+00 BC", "infinity"]
ZONES = ["UTC", "Europe/Paris", "America/St_Johns", "Asia/Kolkata", "<aBc>+03:30"]
SPANS = [
    "0", "26 hours 5 minutes 6.789", "-3 hours -4 minutes -5.678901", "1 year 2 months 3 days 04:05:06", "12 months",
    "-12 months", "-14 months", "-1 mon", "1234 years 11 mons", "-1234 years -11 mons", "100 days 120 hours",
    "-45 days", "1000 years", "-1000 years", "123456 hours", "infinity", "-infinity", "15:16:17.5",
]
DATES = [
    "YYYY|YYY|YY|Y|Y,YYY|yyyy|yyy|yy|y|y,yyy", "IYYY|IYY|IY|I|iyyy|iyy|iy|i", "IW|ID|IDDD|iw|id|iddd",
    "MONTH|Month|month|MON|Mon|mon", "DAY|Day|day|DY|Dy|dy", "MM|DD|DDD|D|mm|dd|ddd|d", "HH|HH12|HH24|hh|hh12|hh24",
    "MI|SS|MS|US|mi|ss|ms|us", "SSSS|SSSSS|ssss|sssss", "FF1|FF2|FF3|FF4|FF5|FF6|ff1|ff6", "AM|PM|am|pm|A.M.|P.M.|a.m.|p.m.",
    "AD|BC|ad|bc|A.D.|B.C.|a.d.|b.c.", "WW|W|CC|J|Q|ww|w|cc|j|q", "RM|rm|FMRM|FMrm", "TZ|tz|TZH|TZM|OF|tzh|tzm|of|FMOF|FMTZH",
    "FMYYYY|FMYYY|FMYY|FMY,YYY|FMIYYY|FMIY", "FMMonth|FMMONTH|FMDay|FMday|FMMon|FMDY", "TMMonth|TMMONTH|tmday|TMDy|TMDD",
    "FMMM|FMDD|FMDDD|FMD|FMHH24|FMHH|FMMI|FMSS|FMMS|FMUS|FMFF2", "FMIW|FMIDDD|FMWW|FMW|FMCC|FMJ|FMQ",
    "DDth|DDTH|FMDDth|Dth|DDDth|HH24th|HH12TH|MIth|SSth|YYYYth|Qth|CCth|Jth|MSth|IWth", "MonthTH|AMth|RMth|TZHth",
    "DDSP|DDSPth|DDthSP|SP|FXYYYY|fxDD", "\"YYYY\" \"a\\\"b\\\\c\" \\\"DD\\\" \\DD 'x' é ü", "FM\"x\"FMFMDD FM YYYY FMx",
    "Yyyy|yYYY|MOnth|DAy|Hh24|mI|Tz|Am|A.m.|Rm|Of", "YYYY-MM-DD\"T\"HH24:MI:SS.MS", "\"unfinished", "unfinished\\", "FM", "",
    "FMDDth FMMonth YYYY, FMHH12:MI a.m.", "YYYYMMDDHH24MISSUS", "DD.MM.YYYY", "Q\"th quarter\"", "YY-IYY-MM",
]
DIGITS = [
    "9", "99", "999", "9999999999", "0", "000", "0999", "9909", "99.99", "9.9", "0.9", "0.0", "00.00", "9.00", "9.90",
    "99.09", ".9", ".99", "0.999", "FM9", "FM999", "FM0", "FM000", "FM0999", "FM99.99", "FM9.9", "FM0.9", "FM0.0",
    "FM90.09", "FM9.00", "FM9.90", "FM999.990", "FM999.", "999.", "FM.99", "9,999", "9,999,999.99", "0,000", "FM9,999,999.99",
    "FM0,000", "9G999D99", "FM9G999D99", "FM0G000D00", "L999", "999L", "FML999.99", "S999", "999S", "S9.9", "9.9S", "99S99",
    "FMS999", "FM999S", "S0000", "FMS0.0", "FM9.9S", "MI999", "999MI", "MI9.9", "9.9MI", "FMMI999", "FM999MI", "PL999", "999PL",
    "PL9.9", "FMPL999", "FM999PL", "SG999", "999SG", "9SG9", "FMSG999", "FM9.9SG", "999PR", "9.99PR", "FM999PR", "FM9.99PR",
    "0000PR", "MI9PL", "MI9SG", "PL9MI", "RN", "rn", "FMRN", "FMrn", "RNx", "99RN", "RN.", "RNRN", "999th", "999TH", "FM999th",
    "99.9th", "9th9", "99V9", "99V999", "V9", "9V", "FM99V99", "0V00", "99V9.9", "9.9V9", "9.9EEEE", "9EEEE", "9.999EEEE",
    "999.99EEEE", "EEEE", "0.0eeee", "9.9EEEE9", "FM9.9EEEE", "S9.9EEEE", "9.9EEEEx", "99.99.9", "SS9", "S9MI", "S9PL", "S9SG",
    "S9PR", "9PRS", "PR9", "9PR0", "9PRMI", "9MIPR", "9MIS", "B99", "B9.9", "99B", "C99", "SP99", "99SP", "99 \"9\" 99",
    "\"no digits\"", "x", "FM x9y9z", "9-9-9", "(999) 999-9999", "99%", "mi99", "Mi99", "fm99d9", "sg9g9", "\\9", "\\\"9\\\"", "",
    "999999999999999999999999", "FM999999999999999999999999.999999", "0000000000000000000.0000000000x", "FM99999999.99999999999",
    "9 9 9", "9,9,9", ",999", "FM,999", "9999,", "999,.99", "9.9,9", "-9", "é9é",
]
NUMBERS = {
    "int4": ["0", "1", "-1", "5", "12", "-12", "485", "-485", "3999", "4000", "1234567", "-2147483648", "111", "2", "3", "11", "25"],
    "int8": ["0", "-1", "123", "1234567890123", "-9223372036854775808", "25"],
    "numeric": [
        "0", "0.0", "0.1", "-0.1", "0.5", "-0.001", "1", "-1", "12.5", "-12.34", "99.99", "99.999", "1234.5678", "-1234567.891",
        "1e30", "1e-20", "12345678901234567890.12345", "NaN", "Infinity", "-Infinity", "0.05", "-0.05", "3.14159", "9.95",
        "1994", "0.00000", "25",
    ],
    "float8": [
        "0", "-0", "0.1", "-0.1", "0.5", "1.5", "2.5", "-12.34", "99.999", "1234.5678", "123456789012345678", "1e300", "1e-300",
        "12345.6789012345", "NaN", "Infinity", "-Infinity", "1994", "-0.001", "2.45", "25",
    ],
    "float4": ["0", "1.5", "-12.34", "123456.789", "1e30", "NaN", "-Infinity", "0.1"],
}


def questions():
    for template in DATES:
        yield from (("timestamp", "UTC", value, template) for value in MOMENTS)
        yield from (("interval", "UTC", value, template) for value in SPANS)
        for zone in ZONES:
            yield from (("timestamptz", zone, value, template) for value in ZONED)
    for name, values in NUMBERS.items():
        for template in DIGITS:
            yield from ((name, "UTC", value, template) for value in values)


def escaped(text):
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    for kind, zone, value, template in questions():
        connection.execute("select set_config('timezone', %s, false)", (zone,))
        try:
            [answer] = connection.execute(f"select to_char(%s::{kind}, %s)", (value, template)).fetchone()
            answer = "NULL" if answer is None else "=" + answer
        except psycopg.Error as error:
            answer = f"!{error.sqlstate} {error.diag.message_primary}"
        print("\t".join(escaped(field) for field in (kind, zone, value, template, answer)))
