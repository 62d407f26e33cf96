use super::*;

/// A client of Unix socket or address.
fn claim<'a>(user: &'a str, database: &'a str, address: Option<&str>) -> Claim<'a> {
    let address = address.map(|address| address.parse().expect("an address"));
    Claim { user, database, replication: Replication::No, address, encrypted: false }
}

fn rules(text: &str) -> Rules {
    Rules::parse(text, &UserMaps::default()).expect("rules")
}

/// The method for a client, by its `Debug`; empty for none.
fn method(text: &str, claim: &Claim<'_>) -> String {
    let rules = rules(text);
    rules.first_for(claim).map(|rule| format!("{:?}", rule.method)).unwrap_or_default()
}

#[test]
fn the_first_rule_that_fits_counts() {
    let text = "host all ann 10.0.0.0/8 reject\nhost db,\"all\" all all md5\nlocal all all trust\n";
    assert_eq!(method(text, &claim("ann", "db", Some("10.1.1.1"))), "Reject");
    assert_eq!(method(text, &claim("ann", "db", Some("11.1.1.1"))), "Md5");
    assert_eq!(method(text, &claim("bob", "all", Some("10.1.1.1"))), "Md5");
    assert_eq!(method(text, &claim("bob", "other", Some("10.1.1.1"))), "");
    assert_eq!(method(text, &claim("bob", "other", None)), "Trust");
}

#[test]
fn databases_and_users_are_named_as_in_postgresql() {
    let same = "host sameuser all all trust\n";
    assert_eq!(method(same, &claim("ann", "ann", Some("::1"))), "Trust");
    assert_eq!(method(same, &claim("ann", "Ann", Some("::1"))), "");
    let physical = Claim { replication: Replication::Physical, ..claim("a", "a", Some("::1")) };
    let logical = Claim { replication: Replication::Logical, ..claim("a", "a", Some("::1")) };
    let text = "host all,sameuser,a all all reject\nhost replication all all md5\n";
    assert_eq!(method(text, &physical), "Md5");
    assert_eq!(method(text, &logical), "Reject");
    assert_eq!(method("host \"replication\",x all all md5\n", &physical), "");
    let quoted = "host all \"all\",\"+x\" all md5\n";
    assert_eq!(method(quoted, &claim("ann", "db", Some("::1"))), "");
    assert_eq!(method(quoted, &claim("+x", "db", Some("::1"))), "Md5");
}

#[test]
fn tls_is_told_apart() {
    let text = "hostssl all all all trust\nhostnossl all all all reject\n";
    let clear = claim("ann", "db", Some("192.0.2.1"));
    assert_eq!(method(text, &clear), "Reject");
    assert_eq!(method(text, &Claim { encrypted: true, ..clear }), "Trust");
    assert_eq!(method(text, &claim("ann", "db", None)), "");
}

#[test]
fn who_is_believed_without_a_proof_is_seen() {
    for (text, believed) in [
        ("local all all trust", false),
        (
            "host all all 127.0.0.0/8 trust\nhost all all ::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff trust",
            false,
        ),
        ("host all all all scram-sha-256", false),
        ("host all all 0.0.0.0/0 reject\nhost all all 127.0.0.1/32 trust", false),
        ("host all all all trust", true),
        ("host all all 127.0.0.1/7 trust", true),
        ("hostssl all ann 10.0.0.1/32 trust", true),
        ("hostssl all all all trust clientcert=verify-ca", true),
        ("hostssl all all all trust clientcert=verify-full", false),
        ("host all all all reject\nhost all all all trust", true),
    ] {
        assert_eq!(rules(text).believe_strangers(), believed, "{text}");
    }
}

#[test]
fn what_is_wrong_names_its_line_and_the_fix() {
    let maps = UserMaps::parse("known a b").expect("maps");
    for (line, message) in [
        ("hots all all all trust", "invalid connection type \"hots\": say local,"),
        ("hostgssenc all all all trust", "invalid connection type \"hostgssenc\": say local,"),
        ("host,local all all all trust", "multiple values for a connection type: say one of"),
        ("include other.conf", "invalid connection type \"include\""),
        ("host", "the line ends before a database: say all or a name"),
        ("host all", "the line ends before a user: say all or a name"),
        ("host all all", "the line ends before an address: say all, or a network"),
        ("host all all 10.0.0.1", "the line ends before a netmask: say one, or"),
        ("host all all 10.0.0.1 trust", "invalid IP mask \"trust\": say one, or 10.0.0.1/32"),
        ("host all all 10.0.0.1 ffff:: trust", "IP address and mask do not match"),
        ("host all all 10.0.0.1/33 trust", "say a number from 0 to 32"),
        ("host all all ::/ trust", "say a number from 0 to 128"),
        ("host all all example.org trust", "\"example.org\" is no address: say all, or a"),
        ("host all all samehost trust", "\"samehost\" is no address"),
        ("host all all all", "the line ends before an authentication method: say trust,"),
        ("host all all all gss", "invalid authentication method \"gss\": say trust, reject,"),
        ("host all all all oauth issuer=a scope=b", "oauth needs a validator of tokens"),
        ("host all all all md5 radius=x", "unrecognized authentication option name: \"radius\""),
        ("host all all all md5 map", "authentication option not in name=value format: map"),
        ("hostssl all all all md5 map=known", "\"map\" is only valid for the methods cert and"),
        ("hostssl all all all cert map=x", "there is no map \"x\": add it to the file of maps"),
        ("host all all all cert", "cert authentication is only supported on hostssl connections"),
        ("local all all cert", "cert authentication is only supported on hostssl connections"),
        (
            "hostssl all all all cert clientcert=verify-ca",
            "clientcert only accepts \"verify-full\"",
        ),
        (
            "hostssl all all all md5 clientcert=1",
            "invalid value for clientcert: \"1\": say verify-",
        ),
        (
            "hostssl all all all md5 clientcert=verify-full clientcert=verify-full",
            "authentication option \"clientcert\" is said twice: leave one",
        ),
        ("host all all all md5 clientcert=verify-ca", "only be configured for \"hostssl\" rows"),
        ("hostssl all all all cert clientname=DN", "invalid value for clientname: \"DN\": say CN,"),
        ("hostssl all all all cert clientname=SAN", "clientname: \"SAN\": say CN, SAN-DNS, SAN-E"),
        ("host all all all md5 clientname=CN", "only be configured for \"hostssl\" rows"),
        ("host samerole all all trust", "groups are not supported: name the users"),
        ("host all +staff all trust", "groups are not supported: name the users"),
        ("host @dbs all all trust", "\"@dbs\": files are not included"),
        ("host all \"/^a\" all trust", "\"/^a\": regular expressions are not supported"),
        ("local \"all all trust", "a quote is not closed"),
    ] {
        let error = Rules::parse(&format!("# rules\n\n{line}\n"), &maps).expect_err(line);
        assert_eq!(error.line, 3, "{line}");
        assert!(error.message.contains(message), "{line}: {error}");
    }
}

struct Nobody;

impl TokenValidator for Nobody {
    async fn validate(&self, _: crate::TokenAttempt<'_>) -> crate::Result<crate::TokenVerdict> {
        Ok(crate::TokenVerdict::Refused("nobody is let in"))
    }
}

#[test]
fn a_file_without_a_rule_shuts_nobody_out() {
    for text in ["", "\n# later\n"] {
        let error = Rules::parse(text, &UserMaps::default()).expect_err(text);
        assert_eq!(error.to_string(), "line 1: there is no rule");
    }
}

#[test]
fn lines_of_oauth_say_where_tokens_come_from() {
    let read = |options: &str| {
        let text = format!("hostssl all all all oauth {options}\n");
        let rules = Rules::parse_with_validator(&text, &UserMaps::default(), Nobody);
        rules.map_err(|error| error.message).map(|Rules(rules)| format!("{:?}", rules[0].method))
    };
    let good = "issuer=https://a.example scope=\"openid sql\"";
    let method = "OAuth(OAuth { issuer: \"https://a.example\", scope: \"openid sql\", .. })";
    assert_eq!(read(good).as_deref(), Ok(method));
    assert_eq!(read(&format!("{good} clientcert=verify-full")).as_deref(), Ok(method));
    let two = "local all all oauth issuer=a scope=s\n\nhost all all all oauth issuer=b scope=s\n";
    let error = Rules::parse_with_validator(two, &UserMaps::default(), Nobody).expect_err(two);
    assert_eq!(
        error.to_string(),
        "line 3: another issuer of tokens than on line 1: there can be one"
    );
    for (options, message) in [
        ("issuer=a", "authentication method \"oauth\" requires argument \"scope\" to be set"),
        ("scope=a", "authentication method \"oauth\" requires argument \"issuer\" to be set"),
        ("issuer=a issuer=b scope=c", "authentication option \"issuer\" is said twice: leave one"),
        // The looser of two must not come out on top.
        (
            "issuer=a clientcert=verify-ca scope=b clientcert=verify-full",
            "authentication option \"clientcert\" is said twice: leave one",
        ),
        // Of two mistakes the first is told.
        ("issuer=a x=1 scope=b y=2", "unrecognized authentication option name: \"x\""),
        ("issuer=a scope=b map=m map=m", "authentication option \"map\" is said twice"),
        ("issuer=a scope=b map=m", "there is no map \"m\": add it to the file of maps"),
        ("issuer=a scope=b validator=v", "unrecognized authentication option name: \"validator\""),
    ] {
        let error = read(options).expect_err(options);
        assert!(error.contains(message), "{options}: {error}");
    }
}
