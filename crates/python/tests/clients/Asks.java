import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/** Asks a Python server what pgjdbc can ask, and prints a line for each answer. */
public final class Asks {
    private static final Object[] VALUES = {
        (short) -5, 5, 1L << 40, 1.5f, -2.25, new BigDecimal("123456789012345678901234567890.50"), true, "zoë",
        "", new byte[] {0, 1, (byte) 255}, UUID.fromString("12345678-1234-5678-1234-567812345678"),
        LocalDate.of(2024, 2, 29), LocalTime.of(12, 30, 0, 5000), LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4000),
        OffsetDateTime.of(2024, 2, 29, 1, 2, 3, 4000, ZoneOffset.UTC),
    };

    private static Connection connect(String port, String options) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/db?user=me&" + options);
    }

    private static Object first(PreparedStatement statement, Class<?> kind) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            return kind == null ? rows.getObject(1) : rows.getObject(1, kind);
        }
    }

    private static boolean isSame(Object sent, Object got) {
        if (sent instanceof byte[] bytes) {
            return Arrays.equals(bytes, (byte[]) got);
        }
        return sent.equals(got);
    }

    /** The first times as text, from the second prepared use on in binary. */
    private static void values(Connection connection) throws SQLException {
        int same = 0;
        for (Object value : VALUES) {
            try (PreparedStatement statement = connection.prepareStatement("select ? as v")) {
                for (int turn = 0; turn < 4; turn++) {
                    statement.setObject(1, value);
                    Object got = first(statement, value instanceof byte[] ? null : value.getClass());
                    if (isSame(value, got)) {
                        same++;
                    } else {
                        System.out.println(value.getClass() + ": " + value + " is " + got);
                    }
                }
            }
        }
        try (PreparedStatement statement = connection.prepareStatement("select ?::int4[] as v")) {
            statement.setArray(1, connection.createArrayOf("int4", new Integer[] {1, null, 3}));
            same += Arrays.equals((Object[]) ((Array) first(statement, null)).getArray(), new Object[] {1, null, 3}) ? 1 : 0;
            statement.setNull(1, java.sql.Types.ARRAY);
            same += first(statement, null) == null ? 1 : 0;
        }
        System.out.println("values " + (same == VALUES.length * 4 + 2 ? "are as sent" : same));
    }

    private static void errors(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try {
                statement.executeQuery("select fail");
            } catch (PSQLException error) {
                var told = error.getServerErrorMessage();
                System.out.println("error " + told.getSQLState() + " " + told.getDetail() + " " + told.getPosition());
            }
            statement.setQueryTimeout(1);
            try {
                statement.executeQuery("select hang");
            } catch (PSQLException error) {
                System.out.println("canceled " + error.getSQLState());
            }
        }
    }

    private static void transactions(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            System.out.println("changed " + statement.executeUpdate("insert into t values (1)"));
            connection.commit();
            statement.executeUpdate("insert into t values (2)");
            connection.rollback();
        }
        connection.setAutoCommit(true);
    }

    private static void copies(Connection connection) throws Exception {
        var copies = connection.unwrap(PGConnection.class).getCopyAPI();
        System.out.println("copied " + copies.copyIn("copy t (a, b) from stdin", new StringReader("1\tx\n2\t\\N\n")));
        var out = new java.io.StringWriter();
        copies.copyOut("copy (select rows) to stdout", out);
        System.out.println("copy " + out.toString().replace("\n", ";"));
    }

    public static void main(String[] ports) throws Exception {
        try (Connection connection = connect(ports[0], "prepareThreshold=1")) {
            values(connection);
            errors(connection);
            transactions(connection);
            copies(connection);
        }
        try (Connection connection = connect(ports[1], "prepareThreshold=0");
                PreparedStatement statement = connection.prepareStatement("select ? as v")) {
            for (int turn = 0; turn < 3; turn++) {
                statement.setInt(1, turn);
                first(statement, null);
            }
        }
        List<Connection> all = new ArrayList<>();
        for (int count = 0; count < 100; count++) {
            all.add(connect(ports[0], ""));
        }
        int answered = 0;
        for (Connection connection : all) {
            try (PreparedStatement statement = connection.prepareStatement("select ? as v")) {
                statement.setInt(1, 1);
                answered += (Integer) first(statement, null);
            }
            connection.close();
        }
        System.out.println("connections " + answered);
    }
}
