import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/** pgjdbc's DatabaseMetaData: every method, one line for each row that it tells. */
public final class Looking {
    /** Where the driver and the server are. */
    private static final Set<String> ASIDE = Set.of("getURL", "getConnection", "getUserName");
    private static final Set<String> PHYSICAL = Set.of("CARDINALITY", "PAGES");
    private static final String[] SCHEMAS = {"public", "rail", "stock", "Odd Names"};
    private static final String[] TABLES = {
        "everything", "operator", "station", "line", "section", "vehicle", "engine", "journey", "journey_2024",
        "Two Words", "busy_line", "summary", "nothing",
    };

    private static String variable(String name) {
        return System.getenv("INTEROP_" + name);
    }

    private static void told(String question, String answer) {
        System.out.println(question + "\t" + answer.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t"));
    }

    private interface Question {
        Object ask() throws Exception;
    }

    private static void asked(String question, Question ask) {
        try {
            Object answer = ask.ask();
            if (answer instanceof ResultSet rows) {
                try (rows) {
                    told(question, rows(rows));
                }
            } else {
                told(question, String.valueOf(answer));
            }
        } catch (InvocationTargetException error) {
            told(question, "raised " + error.getCause().getMessage());
        } catch (Exception error) {
            told(question, "raised " + error.getMessage());
        }
    }

    /** The columns with their types, and the rows. */
    private static String rows(ResultSet rows) throws SQLException {
        ResultSetMetaData of = rows.getMetaData();
        List<String> lines = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int at = 1; at <= of.getColumnCount(); at++) {
            names.add(of.getColumnName(at) + " " + of.getColumnTypeName(at));
        }
        lines.add(String.join(", ", names));
        while (rows.next()) {
            List<String> values = new ArrayList<>();
            for (int at = 1; at <= of.getColumnCount(); at++) {
                // What a server has stored is its own business, and so are the numbers that it gives.
                String value = PHYSICAL.contains(of.getColumnName(at)) ? "-" : rows.getString(at);
                values.add(value == null ? null : value.replaceAll("_\\d{5,}$", "_OID"));
            }
            lines.add(values.toString());
        }
        return String.join("; ", lines);
    }

    private static void looks(Connection connection) throws SQLException {
        DatabaseMetaData data = connection.getMetaData();
        Method[] methods = DatabaseMetaData.class.getMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method method : methods) {
            if (method.getParameterCount() == 0 && !ASIDE.contains(method.getName())) {
                asked(method.getName(), () -> method.invoke(data));
            }
        }
        asked("getColumns of PostgreSQL", () -> data.getColumns(null, "pg_catalog", "pg_class", null));
        asked("getFunctions of PostgreSQL", () -> data.getFunctions(null, "pg_catalog", "pg_get%"));
        asked("getTables %", () -> data.getTables(null, null, "%", new String[] {"TABLE", "VIEW", "SEQUENCE"}));
        asked("getTables s%", () -> data.getTables(null, null, "s%", null));
        asked("getSchemas rail", () -> data.getSchemas(null, "rail"));
        for (String schema : SCHEMAS) {
            asked("getTables " + schema, () -> data.getTables(null, schema, null, null));
            asked("getUDTs " + schema, () -> data.getUDTs(null, schema, null, null));
            asked("getProcedures " + schema, () -> data.getProcedures(null, schema, null));
            asked("getProcedureColumns " + schema, () -> data.getProcedureColumns(null, schema, null, null));
            asked("getFunctions " + schema, () -> data.getFunctions(null, schema, null));
            asked("getFunctionColumns " + schema, () -> data.getFunctionColumns(null, schema, null, null));
            asked("getTablePrivileges " + schema, () -> data.getTablePrivileges(null, schema, null));
            for (String table : TABLES) {
                looksAt(data, schema, table);
            }
        }
        asked("getCrossReference", () -> data.getCrossReference(null, "rail", "operator", null, "rail", "line"));
        for (String query : new String[] {"rail.station", "public.everything", "rail.busy_line"}) {
            asked("ResultSetMetaData " + query, () -> described(connection, "select * from " + query));
        }
    }

    private static void looksAt(DatabaseMetaData data, String schema, String table) throws SQLException {
        try (ResultSet found = data.getTables(null, schema, table, null)) {
            if (!found.next()) {
                return;
            }
        }
        String name = " " + schema + "." + table;
        asked("getColumns" + name, () -> data.getColumns(null, schema, table, null));
        asked("getPrimaryKeys" + name, () -> data.getPrimaryKeys(null, schema, table));
        asked("getImportedKeys" + name, () -> data.getImportedKeys(null, schema, table));
        asked("getExportedKeys" + name, () -> data.getExportedKeys(null, schema, table));
        asked("getIndexInfo" + name, () -> data.getIndexInfo(null, schema, table, false, false));
        asked("getColumnPrivileges" + name, () -> data.getColumnPrivileges(null, schema, table, null));
        asked("getVersionColumns" + name, () -> data.getVersionColumns(null, schema, table));
        asked("getBestRowIdentifier" + name,
            () -> data.getBestRowIdentifier(null, schema, table, DatabaseMetaData.bestRowSession, true));
    }

    private static String described(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(query)) {
            ResultSetMetaData of = rows.getMetaData();
            List<String> columns = new ArrayList<>();
            for (int at = 1; at <= of.getColumnCount(); at++) {
                columns.add(String.join(" ", of.getColumnName(at), of.getColumnTypeName(at), of.getColumnClassName(at),
                    String.valueOf(of.getColumnType(at)), String.valueOf(of.getPrecision(at)),
                    String.valueOf(of.getScale(at)), String.valueOf(of.isNullable(at)),
                    String.valueOf(of.isAutoIncrement(at))));
            }
            return columns.toString();
        }
    }

    public static void main(String[] arguments) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", variable("USER"));
        properties.setProperty("sslmode", "disable");
        String url = "jdbc:postgresql://" + variable("HOST") + ":" + variable("PORT") + "/" + variable("DATABASE");
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            looks(connection);
        }
    }
}
