//! Binary values that announce more than they hold: each is refused when it is bound, in PostgreSQL's words.

use trunkline_proto::message::{NewBind, NewParse, Query, Sync};
use trunkline_proto::{Format, Oid};

use crate::dialogue::Dialogue;
use crate::toy;

const MOST: i32 = i32::MAX;

/// Values in binary and what PostgreSQL 15 and 18 say of them.
fn hostile() -> Vec<(Oid, Vec<u8>, &'static str)> {
    let array = |words: &[i32]| words.iter().flat_map(|word| word.to_be_bytes()).collect();
    let ints = [
        (array(&[MOST, 0, 23]), "54000"),
        (array(&[-1, 0, 23]), "22P03"),
        (array(&[7, 0, 23]), "54000"),
        (array(&[1, 0, 23, MOST, 1]), "54000"),
        (array(&[1, 0, 23, -1, 1]), "54000"),
        (array(&[&[6, 0, 23][..], &[MOST, 1].repeat(6)].concat()), "54000"),
        (array(&[1, 0, 23, 1, MOST, 4, 7]), "54000"),
        (array(&[1, 0, 23, 1, 1, MOST]), "22P03"),
        (array(&[1, 0, 23, 1, 1, -2]), "22P03"),
        (array(&[1, 0, 23, 2, 1, 4, 7]), "08P01"),
        (array(&[1, 2, 23, 0, 1]), "22P03"),
        (array(&[1, 0, 25, 1, 1, 4, 7]), "42804"),
        (array(&[1, 0, 23, 1, 1, 4, 7, 7]), "22P03"),
    ];
    let others = [
        (Oid::TEXT_ARRAY, array(&[1, 0, 25, 1_000_000, 1]), "08P01"),
        (Oid::TEXT_ARRAY, array(&[1, 0, 25, 1, 1, MOST]), "22P03"),
        (Oid::NUMERIC, b"\x7f\xff\0\0\0\0\0\0".to_vec(), "08P01"),
        (Oid::NUMERIC, b"\xff\xff\0\0\0\0\0\0".to_vec(), "08P01"),
        (Oid::NUMERIC, b"\0\0\0\0\x12\x34\0\0".to_vec(), "22P03"),
        (Oid::NUMERIC, b"\0\x01\0\0\0\0\0\0\x27\x10".to_vec(), "22P03"),
        (Oid::INT8, vec![0; 7], "08P01"),
        (Oid::INT8, vec![0; 9], "22P03"),
        (Oid::UUID, vec![0; 15], "08P01"),
        (Oid::BOOL, vec![], "08P01"),
        (Oid::JSONB, b"\x02{}".to_vec(), "XX000"),
        (Oid::JSONB, vec![], "08P01"),
        (Oid::INTERVAL, vec![0; 15], "08P01"),
        (Oid::TIMESTAMPTZ, vec![0; 4], "08P01"),
        (Oid::OIDVECTOR, array(&[MOST, 0, 26]), "54000"),
        (Oid::OIDVECTOR, array(&[1, 0, 26, MOST, 0]), "54000"),
    ];
    let ints = ints.into_iter().map(|(bytes, code)| (Oid::INT4_ARRAY, bytes, code));
    ints.chain(others).collect()
}

#[test]
fn pgx_5_9_counts_within_binary_values_are_not_believed() {
    let server = toy::start();
    let mut client = Dialogue::login(server.address);
    for (oid, bytes, code) in hostile() {
        client.say(&NewParse { name: "", sql: "echo", parameter_types: [oid] });
        client.say(&NewBind {
            portal: "",
            statement: "",
            parameter_formats: &[Format::Binary],
            parameters: [Some(&bytes)],
            result_formats: &[],
        });
        let heard = client.say(&Sync).hear_until('Z');
        assert_eq!(heard, format!("1 E(ERROR {code}) Z(I)"), "{oid}: {bytes:02x?}");
    }
    assert_eq!(client.say(&Query { sql: "notice" }).hear_until('Z'), "N(00000) C(NOTICE) Z(I)");
}
