// node-postgres: text results, parameters as text with OID 0, portals by pg-cursor.
"use strict";

const assert = require("node:assert");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const { once } = require("node:events");
const { setTimeout: pause } = require("node:timers/promises");
const { Client, Pool } = require("pg");
const Cursor = require("pg-cursor");

const ENDLESS =
  "select count(*) from items a cross join items b cross join items c " +
  "where sin(a.price) + sin(b.price) + sin(c.price) > 4";
const FLOOD = "select a.id, b.name, c.name from items a cross join items b cross join items c";

const server = {
  host: process.env.INTEROP_HOST,
  port: Number(process.env.INTEROP_PORT),
  user: process.env.INTEROP_USER,
  database: process.env.INTEROP_DATABASE,
};

class Skipped extends Error {}

function secureServer() {
  if (!process.env.INTEROP_SECURE_PORT) throw new Skipped("no server with a password");
  return {
    ...server,
    port: Number(process.env.INTEROP_SECURE_PORT),
    user: process.env.INTEROP_SECURE_USER,
    password: process.env.INTEROP_PASSWORD,
  };
}

async function connected(options, use) {
  const client = new Client(options);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const values = (result) => result.rows.map((row) => Object.values(row));

const scenarios = {
  connects_in_trust: () =>
    connected({ ...server, application_name: "interop" }, async (client) => {
      assert.ok(client.processID > 0);
      assert.deepStrictEqual(values(await client.query("show application_name")), [["interop"]]);
    }),

  connects_by_scram: () =>
    connected(secureServer(), async (client) => {
      assert.deepStrictEqual(values(await client.query("select count(*) from items")), [["1000"]]);
    }),

  refuses_a_wrong_password: () =>
    assert.rejects(connected({ ...secureServer(), password: "wrong" }, () => {}), { code: "28P01" }),

  refuses_an_unknown_database: () =>
    assert.rejects(connected({ ...server, database: "no_such_database" }, () => {}), { code: "3D000" }),

  connects_by_tls: () => {
    const options = { ...secureServer(), enableChannelBinding: true };
    const ca = fs.readFileSync(process.env.INTEROP_CA, "utf8");
    return connected({ ...options, ssl: { ca } }, async (client) => {
      assert.deepStrictEqual(values(await client.query("select count(*) from items")), [["1000"]]);
    });
  },

  types: () =>
    connected(server, async (client) => {
      const items = await client.query(
        "select id, name, price, in_stock, added, updated from items where id in (5, 7) order by id");
      assert.deepStrictEqual(items.fields.map((field) => field.dataTypeID), [20, 25, 701, 16, 1082, 1114]);
      assert.deepStrictEqual(values(items), [
        ["5", 'naïve, "quoted" № 5', 1.25, false, new Date(2000, 2, 4), new Date(2020, 0, 2, 4, 59, 59)],
        ["7", "item 7", null, null, null, null],
      ]);
      const ledger = await client.query(
        "select account, branch, amount, share, posted, memo, blob, tags from ledger where id = $1", [3]);
      assert.deepStrictEqual(ledger.fields.map((field) => field.dataTypeID),
        [23, 21, 1700, 700, 1184, 25, 17, 1009]);
      assert.deepStrictEqual(values(ledger), [
        [3000009, -97, "-9629.64", 0.375, new Date("2024-03-03T12:00:00.123Z"), "memo 3",
          Buffer.from([3, 0, 255]), ["t0", "t1", "t2"]],
      ]);
    }),

  parameters: () =>
    connected(server, async (client) => {
      for (const [condition, value, count] of [
        ["items where id = $1", 5, "1"],
        ["items where id = $1", "3000000000", "0"],
        ["items where name = $1", 'naïve, "quoted" № 5', "1"],
        ["items where price > $1", 99.5, "1"],
        ["items where in_stock = $1", true, "429"],
        ["items where added >= $1", "2002-11-20", "5"],
        ["items where updated < $1", "2020-01-02 03:00:00", "3"],
        ["ledger where amount < $1", "-9000.00", "8"],
        ["ledger where posted > $1", new Date("2024-09-16T00:00:00Z"), "1"],
        ["events where kind = $1", "sale", "17"],
        ["items where name = $1", null, "0"],
      ]) {
        const result = await client.query(`select count(*) as count from ${condition}`, [value]);
        assert.deepStrictEqual([condition, result.rows[0].count], [condition, count]);
      }
      const result = await client.query("select $1 as a, $2::int8 + 1 as b, $3::text is null as c", ["x", 41, null]);
      assert.deepStrictEqual(result.rows, [{ a: "x", b: "42", c: true }]);
    }),

  errors: () =>
    connected(server, async (client) => {
      for (const [query, code, position] of [
        ["select * from nowhere", "42P01", "15"],
        ["select nonesuch from items", "42703", "8"],
        ["selec 1", "42601", "1"],
        ["select 1/0", "22012", undefined],
        ["select 1 / (id - 1) from items", "22012", undefined],
      ]) {
        for (const ask of [query, { text: query, values: [], queryMode: "extended" }]) {
          await assert.rejects(client.query(ask), { code, position, severity: "ERROR" }, query);
          assert.strictEqual((await client.query("select 1")).rowCount, 1);
        }
      }
      await assert.rejects(client.query("select count(*) from items where id = $1", ["x"]), { code: "22P02" });
    }),

  empty_query: () =>
    connected(server, async (client) => {
      for (const query of ["", " ", "-- nothing\n", ";"]) {
        assert.deepStrictEqual((await client.query(query)).rows, []);
        assert.deepStrictEqual((await client.query({ text: query, queryMode: "extended" })).rows, []);
      }
    }),

  several_statements: () =>
    connected(server, async (client) => {
      const results = await client.query("select 1 as a; set application_name = 'x'; select 2 as b, 3 as c");
      assert.deepStrictEqual(results.map((result) => result.command), ["SELECT", "SET", "SELECT"]);
      assert.strictEqual(results[2].fields.length, 2);
      await assert.rejects(client.query("select 1; select 2", [1]), { code: "42601" });
    }),

  prepared_statements: () =>
    connected(server, async (client) => {
      for (const id of [1, 2, 3, 4]) {
        const query = { name: "by-id", text: "select name from items where id = $1", values: [id] };
        assert.deepStrictEqual((await client.query(query)).rows, [{ name: `item ${id}` }]);
      }
    }),

  queries_without_waiting: () =>
    connected(server, async (client) => {
      const ids = [1, 2, 3, 4];
      const results = await Promise.all(
        ids.map((id) => client.query("select name from items where id = $1", [id])));
      assert.deepStrictEqual(results.map((result) => result.rows[0].name), ids.map((id) => `item ${id}`));
    }),

  // Not float8 and int2: pg-types 2.2 decodes their binary form wrongly.
  binary_results: () =>
    connected({ ...server, binary: true }, async (client) => {
      const result = await client.query(
        "select id, name, in_stock, account from items join ledger using (id) where id = $1", [5]);
      assert.deepStrictEqual(values(result), [["5", 'naïve, "quoted" № 5', false, 5000015]]);
    }),

  portal_with_a_row_limit: () =>
    connected(server, async (client) => {
      const cursor = client.query(new Cursor("select id from items where id > $1 order by id", [0]));
      const seen = [];
      for (;;) {
        const rows = await cursor.read(100);
        if (rows.length === 0) break;
        seen.push(...rows.map((row) => Number(row.id)));
      }
      assert.deepStrictEqual(seen, Array.from({ length: 1000 }, (_, index) => index + 1));
      const early = client.query(new Cursor("select id from items order by id"));
      assert.deepStrictEqual(await early.read(2), [{ id: "1" }, { id: "2" }]);
      await early.close();
      assert.strictEqual((await client.query("select 1")).rowCount, 1);
    }),

  cancel: () =>
    connected(server, async (client) => {
      let ended = false;
      let cancelled = 0;
      const query = client.query(ENDLESS).finally(() => { ended = true; });
      const cancelling = (async () => {
        while (!ended) {
          await pause(300);
          if (ended) break;
          cancelled = Date.now();
          await cancelOver(client);
        }
      })();
      await assert.rejects(query, { code: "57014" });
      assert.ok(Date.now() - cancelled < 1000, `ended ${Date.now() - cancelled} ms after the cancel`);
      await cancelling;
      assert.strictEqual((await client.query("select 1")).rowCount, 1);
    }),

  transactions: () =>
    connected(server, async (client) => {
      assert.strictEqual((await client.query("begin")).command, "BEGIN");
      await assert.rejects(client.query("select * from nowhere"), { code: "42P01" });
      await assert.rejects(client.query("select 1"), { code: "25P02" });
      assert.strictEqual((await client.query("commit")).command, "ROLLBACK");
      const notices = [];
      client.on("notice", (notice) => notices.push(notice.code));
      await client.query("rollback");
      assert.deepStrictEqual(notices, ["25P01"]);
    }),

  a_hundred_connections: async () => {
    const pool = new Pool({ ...server, max: 100 });
    try {
      const clients = await Promise.all(Array.from({ length: 100 }, () => pool.connect()));
      await Promise.all(clients.map(async (client, number) => {
        for (let id = number + 1; id < number + 11; id++) {
          const result = await client.query("select id, price from items where id = $1", [id]);
          const price = id % 7 === 0 ? null : (id % 400) * 0.25;
          assert.deepStrictEqual(result.rows, [{ id: String(id), price }]);
        }
        client.release();
      }));
    } finally {
      await pool.end();
    }
  },

  killed_in_mid_result: async () => {
    const child = spawn(process.execPath, [__filename, "flood"], { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = await once(child.stdout, "data");
    child.kill("SIGKILL");
    assert.strictEqual(String(said).trim(), "reading");
    await connected(server, async (client) => {
      assert.deepStrictEqual(values(await client.query("select count(*) from items")), [["1000"]]);
    });
  },
};

/// A cancel request as its own connection sends it; done when the server has closed it.
async function cancelOver(client) {
  const socket = require("node:net").connect(server.port, server.host);
  const request = Buffer.alloc(16);
  [16, 80877102, client.processID, client.secretKey].forEach((word, at) => request.writeInt32BE(word, at * 4));
  socket.end(request);
  socket.resume();
  await once(socket, "close");
}

async function flood() {
  const client = new Client(server);
  await client.connect();
  const query = client.query(new Cursor(FLOOD));
  await query.read(1000);
  console.log("reading");
  client.connection.on("dataRow", () => {});
  await query.read(100_000_000);
}

async function main() {
  if (process.argv[2] === "flood") return flood();
  for (const [name, run] of Object.entries(scenarios)) {
    try {
      await run();
      console.log(`ok ${name}`);
    } catch (error) {
      if (error instanceof Skipped) {
        console.log(`skip ${name}: ${error.message}`);
        continue;
      }
      process.exitCode = 1;
      console.log(`FAIL ${name}: ${String(error.message).split(/\s+/).join(" ")}`);
      console.error(error.stack);
    }
  }
}

main();
