//! Types that are not built in: what a server or an engine registers is known on the wire.

use trunkline::types::{Types, UserType};
use trunkline::{
    Client, Column, Columns, Engine, Format, Oid, Prepared, Reply, Result, Rows, Run, Server,
    Session,
};
use trunkline_proto::message::{
    AnyBackend, Describe, FieldCode, NewBind, NewParse, Query, Sync, Target,
};

use crate::dialogue::Dialogue;
use crate::messages::execute;
use crate::toy;

const MOOD: Oid = Oid(20_001);
const MOODS: Oid = Oid(20_002);
const ITEM: Oid = Oid(20_003);
const SPAN: Oid = Oid(20_004);
const POSITIVE: Oid = Oid(20_005);
const PLACE: Oid = Oid(20_006);
const SHORT: Oid = Oid(20_007);

fn types() -> Types {
    let types = Types::new([
        UserType::enumeration(MOOD, "mood", ["sad", "very happy"]).array(MOODS),
        UserType::composite(ITEM, "item", [("id", Oid::INT4), ("moods", MOODS)]),
        UserType::range(SPAN, "span", Oid::FLOAT8),
        UserType::domain(POSITIVE, "positive", Oid::INT8),
        UserType::domain(PLACE, "place", Oid::UUID),
        // varchar(5)
        UserType::domain(SHORT, "short", Oid::VARCHAR).typmod(9),
    ]);
    types.expect("types that fit together")
}

/// Asks for a value of a type back, in another format.
fn echo(client: &mut Dialogue, oid: Oid, value: (Format, &[u8]), wanted: Format) -> String {
    let (format, bytes) = value;
    client.say(&NewParse { name: "", sql: "echo", parameter_types: [oid] });
    client.say(&NewBind {
        portal: "",
        statement: "",
        parameter_formats: &[format],
        parameters: [Some(bytes)],
        result_formats: &[wanted],
    });
    client.say(&Describe { target: Target::Portal, name: "" });
    client.say(&execute("", 0)).say(&Sync).hear_until('Z')
}

#[test]
fn values_of_registered_types_come_and_go_in_both_formats() {
    let server = toy::start_with(|builder| builder.types(types()));
    let mut client = Dialogue::login(server.address);
    let mut ask = |oid: Oid, value: &str, binary: &str| {
        let text = echo(&mut client, oid, (Format::Text, value.as_bytes()), Format::Binary);
        let bytes: Vec<u8> = (0..binary.len() / 2)
            .filter_map(|place| u8::from_str_radix(binary.get(2 * place..2 * place + 2)?, 16).ok())
            .collect();
        let back = echo(&mut client, oid, (Format::Binary, &bytes), Format::Text);
        assert_eq!(text, format!("1 2 T(echo:{oid}:1) D({binary}) C(SELECT 1) Z(I)"));
        assert_eq!(back, format!("1 2 T(echo:{oid}:0) D({value}) C(SELECT 1) Z(I)"));
    };
    ask(
        MOODS,
        "{\"very happy\",NULL}",
        "000000010000000100004e2100000002000000010000000a76657279206861707079ffffffff",
    );
    ask(
        ITEM,
        "(7,\"{sad,\"\"very happy\"\"}\")",
        "00000002000000170000000400000007\
         00004e2200000029000000010000000000004e210000000200000001\
         000000037361640000000a76657279206861707079",
    );
    ask(SPAN, "(1.5,2]", "04000000083ff8000000000000000000084000000000000000");
    // Both formats of an enum are its label.
    let mood = echo(&mut client, MOOD, (Format::Binary, b"sad"), Format::Binary);
    assert_eq!(mood, "1 2 T(echo:20001:1) D(sad) C(SELECT 1) Z(I)");
}

#[test]
fn a_value_that_a_registered_type_refuses_fails_at_bind() {
    let server = toy::start_with(|builder| builder.types(types()));
    let mut client = Dialogue::login(server.address);
    let item = b"\0\0\0\x01\0\0\0\x17\xff\xff\xff\xff";
    let long = "22001 value too long for type character varying(5)";
    let refused: [(Oid, Format, &[u8], &str); 6] = [
        (SHORT, Format::Text, b"abcdef", long),
        (MOOD, Format::Text, b"glad", "22P02 invalid input value for enum mood: \"glad\""),
        (MOOD, Format::Binary, b"glad", "22P02 invalid input value for enum mood: \"glad\""),
        (ITEM, Format::Text, b"(x,)", "22P02 invalid input syntax for type integer: \"x\""),
        (ITEM, Format::Binary, item, "42804 wrong number of columns: 1, expected 2"),
        (
            SPAN,
            Format::Text,
            b"[2,1]",
            "22000 range lower bound must be less than or equal to range upper bound",
        ),
    ];
    for (oid, format, bytes, complaint) in refused {
        client.say(&NewParse { name: "", sql: "echo", parameter_types: [oid] });
        client.say(&NewBind {
            portal: "",
            statement: "",
            parameter_formats: &[format],
            parameters: [Some(bytes)],
            result_formats: &[],
        });
        client.say(&Sync).send();
        assert_eq!(client.first(), "1");
        let Some(AnyBackend::ErrorResponse(error)) = client.next() else { panic!("{complaint}") };
        let field = |code| String::from_utf8_lossy(error.fields.get(code).unwrap_or_default());
        let said = format!("{} {}", field(FieldCode::SQLSTATE), field(FieldCode::MESSAGE));
        assert_eq!(said, complaint);
        let place = field(FieldCode::WHERE);
        let shown = if format == Format::Text { " = '...'" } else { "" };
        assert_eq!(place, format!("unnamed portal parameter $1{shown}"));
        client.hear_until('Z');
    }
}

#[test]
fn a_domain_is_announced_as_the_type_that_it_is_over() {
    let server = toy::start_with(|builder| builder.types(types()));
    let mut client = Dialogue::login(server.address);
    for (oid, announced) in [
        (MOOD, (MOOD, 4, -1)),
        (MOODS, (MOODS, -1, -1)),
        (POSITIVE, (Oid::INT8, 8, -1)),
        (PLACE, (Oid::UUID, 16, -1)),
        (SHORT, (Oid::VARCHAR, -1, 9)),
        (Oid::INT2, (Oid::INT2, 2, -1)),
    ] {
        client.say(&NewParse { name: "s", sql: "echo", parameter_types: [oid] });
        client.say(&Describe { target: Target::Statement, name: "s" });
        client.say(&trunkline_proto::message::Close { target: Target::Statement, name: "s" });
        client.say(&Sync).send();
        assert_eq!(client.first(), "1");
        // A parameter is of the domain itself.
        assert_eq!(client.first(), format!("t({oid})"));
        let Some(AnyBackend::RowDescription(row)) = client.next() else { panic!("{oid}") };
        let fields = row.fields.iter().map(|field| (field.type_oid, field.typlen, field.typmod));
        assert_eq!(fields.collect::<Vec<_>>(), [announced]);
        client.hear_until('Z');
    }
}

/// Knows no types before somebody makes them.
struct Maker;

impl Engine for Maker {
    type Session = MakerSession;

    async fn open(&self, client: Client) -> Result<MakerSession> {
        Ok(MakerSession(client))
    }
}

struct MakerSession(Client);

impl Session for MakerSession {
    type Statement = String;

    async fn prepare(&mut self, sql: &str, _: &[Oid]) -> Result<Prepared<String>> {
        let columns = match sql {
            "make" => Columns::None,
            _ => Columns::Known([Column::new("mood", MOOD)].into()),
        };
        Ok(Prepared::new(sql.to_owned(), columns))
    }

    async fn execute(&mut self, sql: &String, _: Run) -> Result<Reply> {
        if sql == "make" {
            self.0.set_types(types());
            return Ok(trunkline::CommandTag::new("MADE").into());
        }
        Ok(Rows::new([("mood", MOOD)]).row((sql.as_str(),)).into())
    }
}

#[test]
fn an_engine_registers_types_for_its_session() {
    let server = toy::start_server(Server::builder(Maker).build());
    let mut client = Dialogue::login(server.address);
    let mut ask = |sql| client.say(&Query { sql }).hear_until('Z');
    // What is not known is passed as it is.
    assert_eq!(ask("glad"), "T(mood:20001:0) D(glad) C(SELECT 1) Z(I)");
    assert_eq!(ask("make"), "C(MADE) Z(I)");
    assert_eq!(ask("sad"), "T(mood:20001:0) D(sad) C(SELECT 1) Z(I)");
    assert_eq!(ask("glad"), "T(mood:20001:0) E(ERROR 22P02) Z(I)");
    // Settings that change how text looks leave them.
    assert_eq!(ask("set datestyle = german"), "C(SET) S(DateStyle=German, DMY) Z(I)");
    assert_eq!(ask("glad"), "T(mood:20001:0) E(ERROR 22P02) Z(I)");
    // Another session has its own.
    let mut other = Dialogue::login(server.address);
    let heard = other.say(&Query { sql: "glad" }).hear_until('Z');
    assert_eq!(heard, "T(mood:20001:0) D(glad) C(SELECT 1) Z(I)");
}
