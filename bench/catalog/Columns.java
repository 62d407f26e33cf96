import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;

/** How long pgjdbc's getColumns takes for all tables of a schema, the second time: a line of JSON. */
public final class Columns {
    private static String variable(String name) {
        return System.getenv("INTEROP_" + name);
    }

    private static int columns(Connection connection) throws SQLException {
        int count = 0;
        try (ResultSet rows = connection.getMetaData().getColumns(null, "app", "%", "%")) {
            while (rows.next()) {
                count++;
            }
        }
        return count;
    }

    public static void main(String[] arguments) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", variable("USER"));
        String place = variable("HOST") + ":" + variable("PORT") + "/" + variable("DATABASE");
        try (Connection connection = DriverManager.getConnection("jdbc:postgresql://" + place, properties)) {
            columns(connection);
            long before = System.nanoTime();
            int count = columns(connection);
            double passed = (System.nanoTime() - before) / 1e6;
            System.out.println("{\"get_columns\":" + passed + ",\"columns\":" + count + "}");
        }
    }
}
