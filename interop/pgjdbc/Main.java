import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.postgresql.core.BaseConnection;
import org.postgresql.util.PSQLException;

/** pgjdbc: the extended protocol, server-prepared after five uses, portals by fetchSize. */
public final class Main {
    private static final String ENDLESS =
        "select count(*) from items a cross join items b cross join items c "
            + "where sin(a.price) + sin(b.price) + sin(c.price) > 4";
    private static final String FLOOD =
        "select a.id, b.name, c.name from items a cross join items b cross join items c";

    private interface Scenario {
        void run() throws Exception;
    }

    private static final class Skipped extends Exception {
        private static final long serialVersionUID = 1;

        Skipped(String why) {
            super(why);
        }
    }

    private static String variable(String name) {
        return System.getenv("INTEROP_" + name);
    }

    private static Connection connect(String... options) throws SQLException {
        return connectTo(variable("PORT"), variable("DATABASE"), variable("USER"), options);
    }

    private static Connection connectTo(String port, String database, String user, String... options)
            throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("sslmode", "disable");
        properties.setProperty("ApplicationName", "interop");
        for (int at = 0; at < options.length; at += 2) {
            properties.setProperty(options[at], options[at + 1]);
        }
        String url = "jdbc:postgresql://" + variable("HOST") + ":" + port + "/" + database;
        return DriverManager.getConnection(url, properties);
    }

    private static Connection secure(String... options) throws SQLException, Skipped {
        if (variable("SECURE_PORT") == null) {
            throw new Skipped("no server with a password");
        }
        String[] all = Arrays.copyOf(options, options.length + 2);
        all[options.length] = "password";
        all[options.length + 1] = variable("PASSWORD");
        return connectTo(variable("SECURE_PORT"), variable("DATABASE"), variable("SECURE_USER"), all);
    }

    private static void equal(Object found, Object expected) {
        if (!Objects.deepEquals(found, expected)) {
            throw new AssertionError("found " + found + ", expected " + expected);
        }
    }

    private static void fails(String state, Scenario scenario) throws Exception {
        try {
            scenario.run();
        } catch (SQLException error) {
            equal(error.getSQLState(), state);
            return;
        }
        throw new AssertionError("no error " + state);
    }

    private static Object one(Connection connection, String query, Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            for (int at = 0; at < parameters.length; at++) {
                statement.setObject(at + 1, parameters[at]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                equal(rows.next(), true);
                return rows.getObject(1);
            }
        }
    }

    private static void connectsInTrust() throws Exception {
        try (Connection connection = connect()) {
            equal(one(connection, "select count(*) from items"), 1000L);
            equal(connection.isValid(5), true);
            equal(connection.getMetaData().getDatabaseMajorVersion() >= 15, true);
        }
    }

    private static void connectsByScram() throws Exception {
        try (Connection connection = secure("channelBinding", "disable")) {
            equal(one(connection, "select count(*) from items"), 1000L);
        }
        fails("28P01", () -> secure("user", "nobody_knows_me").close());
    }

    private static void connectsByTls() throws Exception {
        String ca = variable("CA");
        try (Connection connection =
                secure("sslmode", "verify-full", "sslrootcert", String.valueOf(ca), "channelBinding", "require")) {
            equal(one(connection, "select count(*) from items"), 1000L);
        }
    }

    private static void refusesAnUnknownDatabase() throws Exception {
        fails("3D000", () -> connectTo(variable("PORT"), "no_such_database", variable("USER")).close());
    }

    private static void values() throws Exception {
        // From the fifth use on the driver asks for binary results.
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(
                    "select i.id, i.name, i.price, i.in_stock, i.added, i.updated, l.account, l.branch, l.amount,"
                        + " l.share, l.posted, l.memo, l.blob, l.tags"
                        + " from items i join ledger l on i.id = l.id where i.id = ?")) {
            for (int round = 0; round < 8; round++) {
                statement.setLong(1, 3);
                try (ResultSet row = statement.executeQuery()) {
                    equal(row.next(), true);
                    equal(row.getLong(1), 3L);
                    equal(row.getString(2), "item 3");
                    equal(row.getDouble(3), 0.75);
                    equal(row.getBoolean(4), false);
                    equal(row.getObject(5, LocalDate.class), LocalDate.of(2000, 3, 2));
                    equal(row.getObject(6, LocalDateTime.class), LocalDateTime.of(2020, 1, 2, 2, 59, 59));
                    equal(row.getInt(7), 3000009);
                    equal(row.getShort(8), (short) -97);
                    equal(row.getBigDecimal(9), new BigDecimal("-9629.64"));
                    equal(row.getFloat(10), 0.375f);
                    equal(row.getObject(11, OffsetDateTime.class).toInstant(),
                        Instant.parse("2024-03-03T12:00:00.123456Z"));
                    equal(row.getString(12), "memo 3");
                    equal(row.getBytes(13), new byte[] {3, 0, -1});
                    equal(row.getArray(14).getArray(), new String[] {"t0", "t1", "t2"});
                    equal(row.next(), false);
                }
            }
            statement.setLong(1, 63);
            try (ResultSet row = statement.executeQuery()) {
                equal(row.next(), true);
                for (int column : new int[] {3, 4, 5, 6, 9, 10, 11, 12, 13, 14}) {
                    equal(row.getObject(column), null);
                }
            }
        }
    }

    private static void describesColumns() throws Exception {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(
                    "select id, name, price, in_stock, added, updated from items where id = ?")) {
            List<String> types = new ArrayList<>();
            for (int column = 1; column <= 6; column++) {
                types.add(statement.getMetaData().getColumnClassName(column));
            }
            equal(types, List.of("java.lang.Long", "java.lang.String", "java.lang.Double", "java.lang.Boolean",
                "java.sql.Date", "java.sql.Timestamp"));
            equal(statement.getParameterMetaData().getParameterClassName(1), "java.lang.Long");
        }
    }

    private static void parameters() throws Exception {
        Map<String, List<Object>> conditions = new LinkedHashMap<>();
        conditions.put("items where id = ?", List.of(5, 1L));
        conditions.put("items where id < ?", List.of(3_000_000_000L, 1000L));
        conditions.put("items where name = ?", List.of("naïve, \"quoted\" № 5", 1L));
        conditions.put("items where price > ?", List.of(99.5, 1L));
        conditions.put("items where in_stock = ?", List.of(true, 429L));
        conditions.put("items where added >= ?", List.of(LocalDate.of(2002, 11, 20), 5L));
        conditions.put("items where updated < ?", List.of(LocalDateTime.of(2020, 1, 2, 3, 0, 0), 3L));
        conditions.put("items where updated <= ?", List.of(Timestamp.valueOf("2020-01-02 02:59:59"), 3L));
        conditions.put("ledger where amount < ?", List.of(new BigDecimal("-9000.00"), 8L));
        conditions.put("ledger where posted > ?", List.of(OffsetDateTime.parse("2024-09-16T00:00:00Z"), 1L));
        conditions.put("events where kind = ?", List.of("sale", 17L));
        try (Connection connection = connect()) {
            for (Map.Entry<String, List<Object>> condition : conditions.entrySet()) {
                String query = "select count(*) from " + condition.getKey();
                for (int round = 0; round < 7; round++) {
                    Object found = one(connection, query, condition.getValue().get(0));
                    equal(query + " " + found, query + " " + condition.getValue().get(1));
                }
            }
            equal(one(connection, "select ?", "text"), "text");
            equal(one(connection, "select ?::int8 + 1", 41L), 42L);
            equal(one(connection, "select count(*) from items where name = ?", (Object) null), 0L);
        }
    }

    private static void errors() throws Exception {
        Object[][] cases = {
            {"select * from nowhere", "42P01", 15}, {"select nonesuch from items", "42703", 8},
            {"selec 1", "42601", 1}, {"select 1/0", "22012", 0}, {"select 1 / (id - 1) from items", "22012", 0},
        };
        for (String mode : List.of("extended", "simple")) {
            try (Connection connection = connect("preferQueryMode", mode);
                    Statement statement = connection.createStatement()) {
                for (Object[] expected : cases) {
                    try {
                        statement.executeQuery((String) expected[0]).close();
                        throw new AssertionError("no error: " + expected[0]);
                    } catch (PSQLException error) {
                        equal(error.getSQLState(), expected[1]);
                        equal(error.getServerErrorMessage().getPosition(), expected[2]);
                    }
                    equal(one(connection, "select count(*) from events"), 50L);
                }
            }
        }
    }

    private static void emptyAndSeveralStatements() throws Exception {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            equal(statement.execute(""), false);
            equal(statement.execute(";"), false);
            equal(statement.execute("select 1; set application_name = 'x'; select 'a;b'"), true);
            equal(statement.getMoreResults(), false);
            equal(statement.getUpdateCount(), 0);
            equal(statement.getMoreResults(), true);
            statement.getResultSet().next();
            equal(statement.getResultSet().getString(1), "a;b");
        }
    }

    private static void portalWithARowLimit() throws Exception {
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement =
                    connection.prepareStatement("select id, name from items where id > ? order by id")) {
                statement.setFetchSize(100);
                for (int round = 0; round < 7; round++) {
                    statement.setInt(1, round);
                    try (ResultSet rows = statement.executeQuery()) {
                        long expected = round;
                        while (rows.next()) {
                            equal(rows.getLong(1), ++expected);
                            if (expected == 250) {
                                // The portal waits while another statement runs.
                                equal(one(connection, "select count(*) from events"), 50L);
                            }
                        }
                        equal(expected, 1000L);
                    }
                    try (ResultSet rows = statement.executeQuery()) {
                        equal(rows.next(), true); // and is closed early
                    }
                }
            }
            connection.commit();
        }
    }

    private static void batch() throws Exception {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            statement.addBatch("set application_name = 'a'");
            statement.addBatch("set application_name = 'b'");
            equal(statement.executeBatch(), new int[] {0, 0});
            equal(one(connection, "show application_name"), "b");
        }
    }

    private static void cancel() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            long[] cancelled = {0};
            Future<?> query = other.submit((Callable<Void>) () -> {
                statement.executeQuery(ENDLESS).close();
                return null;
            });
            // A cancel may come before its query has begun. A statement sends one only, so its connection sends the next.
            for (boolean first = true; !query.isDone(); first = false) {
                Thread.sleep(300);
                cancelled[0] = System.nanoTime();
                if (first) {
                    statement.cancel();
                } else {
                    connection.unwrap(BaseConnection.class).cancelQuery();
                }
                for (int wait = 0; wait < 50 && !query.isDone(); wait++) {
                    Thread.sleep(20);
                }
            }
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - cancelled[0]);
            fails("57014", () -> {
                try {
                    query.get();
                } catch (java.util.concurrent.ExecutionException error) {
                    throw (Exception) error.getCause();
                }
            });
            equal(took < 1000 ? "soon" : "after " + took + " ms", "soon");
            equal(one(connection, "select count(*) from events"), 50L);
        } finally {
            other.shutdownNow();
        }
    }

    private static void transactions() throws Exception {
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            equal(one(connection, "select count(*) from events"), 50L);
            fails("42P01", () -> one(connection, "select * from nowhere"));
            fails("25P02", () -> one(connection, "select 1"));
            connection.rollback();
            equal(one(connection, "select count(*) from events"), 50L);
            connection.commit();
        }
    }

    private static void aHundredConnections() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(100);
        List<Future<Void>> clients = new ArrayList<>();
        for (int client = 1; client <= 100; client++) {
            int number = client;
            clients.add(threads.submit(() -> {
                try (Connection connection = connect()) {
                    for (long id = number; id < number + 10; id++) {
                        Double price = id % 7 == 0 ? null : id % 400 * 0.25;
                        equal(one(connection, "select price from items where id = ?", id), price);
                    }
                }
                return null;
            }));
        }
        for (Future<Void> client : clients) {
            client.get();
        }
        threads.shutdown();
    }

    private static void killedInMidResult() throws Exception {
        String java = ProcessHandle.current().info().command().orElse("java");
        Process client = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), "Main", "flood")
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        equal(client.inputReader().readLine(), "reading");
        client.destroyForcibly().waitFor();
        try (Connection connection = connect()) {
            equal(one(connection, "select count(*) from items"), 1000L);
        }
    }

    private static void flood() throws SQLException, IOException {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setFetchSize(10_000);
            try (ResultSet rows = statement.executeQuery(FLOOD)) {
                for (long row = 0; rows.next(); row++) {
                    if (row == 20_000) {
                        System.out.println("reading");
                    }
                }
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            flood();
            return;
        }
        Map<String, Scenario> scenarios = new LinkedHashMap<>();
        scenarios.put("connects_in_trust", Main::connectsInTrust);
        scenarios.put("connects_by_scram", Main::connectsByScram);
        scenarios.put("connects_by_tls", Main::connectsByTls);
        scenarios.put("refuses_an_unknown_database", Main::refusesAnUnknownDatabase);
        scenarios.put("values", Main::values);
        scenarios.put("describes_columns", Main::describesColumns);
        scenarios.put("parameters", Main::parameters);
        scenarios.put("errors", Main::errors);
        scenarios.put("empty_and_several_statements", Main::emptyAndSeveralStatements);
        scenarios.put("portal_with_a_row_limit", Main::portalWithARowLimit);
        scenarios.put("batch", Main::batch);
        scenarios.put("cancel", Main::cancel);
        scenarios.put("transactions", Main::transactions);
        scenarios.put("a_hundred_connections", Main::aHundredConnections);
        scenarios.put("killed_in_mid_result", Main::killedInMidResult);
        boolean failed = false;
        for (Map.Entry<String, Scenario> scenario : scenarios.entrySet()) {
            try {
                scenario.getValue().run();
                System.out.println("ok " + scenario.getKey());
            } catch (Skipped why) {
                System.out.println("skip " + scenario.getKey() + ": " + why.getMessage());
            } catch (Exception | AssertionError error) {
                failed = true;
                System.out.println("FAIL " + scenario.getKey() + ": "
                    + String.valueOf(error.getMessage()).replaceAll("\\s+", " "));
                error.printStackTrace();
            }
        }
        System.exit(failed ? 1 : 0);
    }
}
