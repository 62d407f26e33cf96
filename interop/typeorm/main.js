// TypeORM on node-postgres: a schema is synchronized, migrated, filled, related, asked and changed.
"use strict";

const assert = require("node:assert");
const {
  ArrayContains, Between, Brackets, DataSource, EntityNotFoundError, EntitySchema, ILike, In, IsNull, Like, MoreThan, Not,
  OptimisticLockVersionMismatchError, QueryFailedError, Raw, Table, TableColumn, TableForeignKey, TableIndex,
} = require("typeorm");

const Author = new EntitySchema({
  name: "Author",
  tableName: "author",
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: "varchar", length: 60 },
    email: { type: "varchar", unique: true, nullable: true },
    active: { type: "boolean", default: true },
    created: { type: "timestamptz", createDate: true },
    updated: { type: "timestamptz", updateDate: true },
    removed: { type: "timestamptz", deleteDate: true },
    version: { type: "integer", version: true },
  },
  relations: {
    profile: { type: "one-to-one", target: "Profile", inverseSide: "author", cascade: true },
    books: { type: "one-to-many", target: "Book", inverseSide: "author", cascade: true },
  },
});
const Profile = new EntitySchema({
  name: "Profile",
  tableName: "profile",
  columns: {
    id: { type: "uuid", primary: true, generated: "uuid" },
    about: { type: "text", default: "" },
    photo: { type: "bytea", nullable: true },
  },
  relations: {
    author: { type: "one-to-one", target: "Author", inverseSide: "profile", joinColumn: true, onDelete: "CASCADE" },
  },
});
const Book = new EntitySchema({
  name: "Book",
  tableName: "book",
  columns: {
    id: { type: "bigint", primary: true, generated: "identity", generatedIdentity: "BY DEFAULT" },
    title: { type: "varchar" },
    price: { type: "numeric", precision: 10, scale: 2, default: 0 },
    weight: { type: "double precision", nullable: true },
    pages: { type: "integer", nullable: true },
    published: { type: "date", nullable: true },
    opens: { type: "time", nullable: true },
    stamp: { type: "timestamp", precision: 3, nullable: true },
    details: { type: "jsonb", default: {} },
    tags: { type: "text", array: true, default: "{}" },
    ranks: { type: "integer", array: true, nullable: true },
  },
  relations: {
    author: { type: "many-to-one", target: "Author", inverseSide: "books", nullable: false, onDelete: "CASCADE" },
    topics: { type: "many-to-many", target: "Topic", inverseSide: "books", joinTable: { name: "book_topics" }, cascade: true },
  },
  indices: [{ name: "book_by_pages", columns: ["pages"], where: "pages > 0" }, { name: "book_title", columns: ["title", "published"] }],
  uniques: [{ name: "book_once", columns: ["author", "title"] }],
  checks: [{ name: "book_price", expression: '"price" >= 0' }],
});
const Topic = new EntitySchema({
  name: "Topic",
  tableName: "topic",
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: "varchar", unique: true },
    parentId: { type: Number, nullable: true },
  },
  relations: {
    books: { type: "many-to-many", target: "Book", inverseSide: "topics" },
    parent: { type: "many-to-one", target: "Topic", treeParent: true, joinColumn: { name: "parentId" } },
    children: { type: "one-to-many", target: "Topic", treeChildren: true, inverseSide: "parent" },
  },
  trees: [{ type: "closure-table" }],
});

const failing = [];
const options = {
  type: "postgres",
  host: process.env.INTEROP_HOST,
  port: Number(process.env.INTEROP_PORT),
  username: process.env.INTEROP_USER,
  database: process.env.INTEROP_DATABASE,
  uuidExtension: "pgcrypto",
  installExtensions: false,
  poolSize: 4,
  entities: [Author, Profile, Book, Topic],
  logger: {
    logQuery: () => {},
    logQueryError: (error, query) => failing.push(`${error.message ?? error}: ${query}`),
    logQuerySlow: () => {},
    logSchemaBuild: () => {},
    logMigration: () => {},
    log: () => {},
  },
  logging: true,
};
const source = new DataSource(options);
let authors, books, topics;

// What `synchronize` would still change.
const pending = async (of = source) => (await of.driver.createSchemaBuilder().log()).upQueries.map((query) => query.query);

const scenarios = {
  connects: async () => {
    await source.initialize();
    [authors, books, topics] = [source.getRepository("Author"), source.getRepository("Book"), source.getTreeRepository("Topic")];
  },

  synchronizes: async () => {
    await source.synchronize();
    assert.deepStrictEqual(await pending(), []);
    await source.synchronize(true);
    assert.deepStrictEqual(await pending(), []);
  },

  describes_tables: async () => {
    const runner = source.createQueryRunner();
    const table = await runner.getTable("book");
    assert.deepStrictEqual(
      Object.fromEntries(table.columns.map((c) => [c.name, [c.type, c.isNullable, c.isPrimary, c.isArray]])),
      {
        id: ["bigint", false, true, false], title: ["character varying", false, false, false],
        price: ["numeric", false, false, false], weight: ["double precision", true, false, false],
        pages: ["integer", true, false, false], published: ["date", true, false, false],
        opens: ["time without time zone", true, false, false], stamp: ["timestamp without time zone", true, false, false],
        details: ["jsonb", false, false, false], tags: ["text", false, false, true], ranks: ["integer", true, false, true],
        authorId: ["integer", false, false, false],
      },
    );
    assert.deepStrictEqual(table.indices.map((i) => [i.name, [...i.columnNames].sort(), i.isUnique]).sort(), [["book_by_pages", ["pages"], false], ["book_title", ["published", "title"], false]]);
    assert.deepStrictEqual(table.uniques.map((u) => [u.name, [...u.columnNames].sort()]), [["book_once", ["authorId", "title"]]]);
    assert.deepStrictEqual(table.checks.map((c) => c.name), ["book_price"]);
    assert.deepStrictEqual(table.foreignKeys.map((k) => [k.columnNames, k.referencedTableName, k.onDelete]), [[["authorId"], "author", "CASCADE"]]);
    assert.deepStrictEqual([await runner.hasTable("book"), await runner.hasTable("nowhere"), await runner.hasColumn("book", "pages")], [true, false, true]);
    await runner.release();
  },

  saves_and_reads: async () => {
    const ann = await authors.save({
      name: "Ann", email: "ann@example.org",
      profile: { about: "it's \\ 文", photo: Buffer.from([0, 1, 255]) },
      books: [{
        title: "First", price: "12.50", weight: 0.1, pages: 100, published: "2024-02-29", opens: "12:30:15",
        stamp: new Date(2024, 1, 29, 12, 30, 15, 654), details: { tags: ["a", "b"], deep: { n: 1 } }, tags: ["x", "größe, \"q\""], ranks: [1, 2],
      }],
    });
    assert.deepStrictEqual([ann.id, ann.version, ann.active], [1, 1, true]);
    const found = await authors.findOneOrFail({ where: { id: 1 }, relations: { profile: true, books: true } });
    assert.ok(found.created instanceof Date && Math.abs(Date.now() - found.created) < 600_000);
    assert.match(found.profile.id, /^[0-9a-f-]{36}$/);
    assert.deepStrictEqual([found.profile.about, [...found.profile.photo]], ["it's \\ 文", [0, 1, 255]]);
    assert.deepStrictEqual({ ...found.books[0] }, {
      id: "1", title: "First", price: "12.50", weight: 0.1, pages: 100, published: "2024-02-29", opens: "12:30:15",
      stamp: new Date(2024, 1, 29, 12, 30, 15, 654), details: { tags: ["a", "b"], deep: { n: 1 } }, tags: ["x", "größe, \"q\""], ranks: [1, 2],
    });
  },

  inserts_in_bulk: async () => {
    const [bob, cid] = await authors.save([{ name: "Bob", email: "bob@example.org" }, { name: "Cid" }]);
    const rows = Array.from({ length: 60 }, (_, n) => ({
      title: `Book ${n}`, author: n % 2 ? bob : cid, pages: n * 10, price: (n / 4).toFixed(2),
      published: `2024-${String((n % 12) + 1).padStart(2, "0")}-01`, details: { n, even: n % 2 === 0 }, tags: [`t${n % 4}`, "all"],
    }));
    const made = await books.insert(rows);
    assert.deepStrictEqual([made.identifiers.length, made.identifiers[0].id, made.identifiers[59].id], [60, "2", "61"]);
    await books.save(rows.slice(0, 3).map((row, n) => ({ ...row, id: undefined, title: `Chunk ${n}` })), { chunk: 2 });
    assert.strictEqual(await books.count(), 64);
  },

  finds: async () => {
    const titles = async (where, more = {}) => (await books.find({ where, order: { pages: "ASC", title: "ASC" }, ...more })).map((b) => b.title);
    assert.deepStrictEqual(await titles({ pages: Between(100, 120) }), ["Book 10", "First", "Book 11", "Book 12"]);
    assert.deepStrictEqual(await titles({ title: In(["First", "Book 1"]) }), ["Book 1", "First"]);
    assert.deepStrictEqual(await titles({ title: ILike("%FIRST%") }), ["First"]);
    assert.deepStrictEqual(await titles({ title: Like("Book 4%"), pages: Not(40) }, { take: 2, skip: 1 }), ["Book 41", "Book 42"]);
    assert.deepStrictEqual(await titles([{ title: "First" }, { price: MoreThan("14.5") }]), ["First", "Book 59"]);
    assert.deepStrictEqual(await titles({ author: { name: "Ann" } }), ["First"]);
    assert.deepStrictEqual(await titles({ tags: ArrayContains(["x"]) }), ["First"]);
    assert.deepStrictEqual(await titles({ details: Raw((column) => `${column} @> :part`, { part: { deep: { n: 1 } } }) }), ["First"]);
    assert.deepStrictEqual(await titles({ weight: Not(IsNull()) }), ["First"]);
    assert.deepStrictEqual(await titles({ published: Between("2024-12-01", "2024-12-31") }, { take: 2 }), ["Book 11", "Book 23"]);
    const [page, total] = await books.findAndCount({ where: { author: { name: "Bob" } }, relations: { author: true, topics: true }, order: { id: "DESC" }, take: 5 });
    assert.deepStrictEqual([page.length, total, page[0].author.name], [5, 31, "Bob"]);
    assert.deepStrictEqual([await books.exists({ where: { pages: 590 } }), await books.existsBy({ pages: -1 })], [true, false]);
    assert.deepStrictEqual([await books.sum("pages", {}), await books.maximum("price"), await books.minimum("pages")], [17830, 14.75, 0]);
    assert.ok(Math.abs((await books.average("pages")) - 17830 / 64) < 1e-9);
  },

  builds_queries: async () => {
    const grouped = await books.createQueryBuilder("b").innerJoin("b.author", "a").select("a.name", "name").addSelect("COUNT(*)", "n").addSelect("SUM(b.price)", "sum")
      .addSelect("ROUND(AVG(b.pages), 2)", "mean").groupBy("a.name").having("COUNT(*) > :n", { n: 1 }).orderBy("a.name", "DESC").getRawMany();
    assert.deepStrictEqual(grouped, [{ name: "Cid", n: "32", sum: "218.00", mean: "272.50" }, { name: "Bob", n: "31", sum: "225.25", mean: "290.65" }]);
    const rows = await books.createQueryBuilder("b").leftJoinAndSelect("b.author", "a").where("b.pages > :min", { min: 300 })
      .andWhere(new Brackets((q) => q.where("b.title LIKE :one", { one: "%9" }).orWhere("b.details ->> 'n' = :n", { n: "31" })))
      .orderBy("b.pages", "DESC", "NULLS LAST").addOrderBy("b.title").skip(1).take(2).getMany();
    assert.deepStrictEqual(rows.map((b) => [b.title, b.author.name]), [["Book 49", "Bob"], ["Book 39", "Bob"]]);
    const sub = await authors.createQueryBuilder("a").where((q) => `EXISTS ${q.subQuery().select("1").from("Book", "b").where("b.authorId = a.id").andWhere("b.pages > 500").getQuery()}`).orderBy("a.id").getMany();
    assert.deepStrictEqual(sub.map((a) => a.name), ["Bob", "Cid"]);
    const counted = await authors.createQueryBuilder("a").addSelect((q) => q.select("COUNT(b.id)").from("Book", "b").where("b.authorId = a.id"), "n").orderBy("n", "DESC").addOrderBy("a.id").getRawMany();
    assert.deepStrictEqual(counted.map((row) => [row.a_name, row.n]), [["Cid", "32"], ["Bob", "31"], ["Ann", "1"]]);
    const firsts = await books.createQueryBuilder("b").distinctOn(["b.authorId"]).orderBy("b.authorId").addOrderBy("b.pages", "DESC").getMany();
    assert.deepStrictEqual(firsts.map((b) => b.title), ["First", "Book 59", "Book 58"]);
    const cte = await source.createQueryBuilder().addCommonTableExpression(books.createQueryBuilder("b").select("b.pages", "p").where("b.pages < 30").andWhere("b.title LIKE 'Book%'"), "few")
      .select("SUM(f.p)", "sum").from("few", "f").getRawOne();
    assert.deepStrictEqual(cte, { sum: "30" });
    const stream = await books.createQueryBuilder("b").orderBy("b.id").limit(3).getMany();
    assert.strictEqual(stream.length, 3);
    const changed = await source.createQueryBuilder().update("Book").set({ pages: () => "pages + 1", weight: 2.5 }).where("title = :t", { t: "First" }).returning(["pages", "weight"]).execute();
    assert.deepStrictEqual([changed.affected, changed.raw], [1, [{ pages: 101, weight: 2.5 }]]);
    const gone = await source.createQueryBuilder().delete().from("Book").where("title LIKE 'Chunk%'").returning("title").execute();
    assert.deepStrictEqual([gone.affected, gone.raw.map((r) => r.title).sort()], [3, ["Chunk 0", "Chunk 1", "Chunk 2"]]);
    assert.deepStrictEqual(await source.query("SELECT title, $2::int + 1 AS n FROM book WHERE pages = $1", [590, 41]), [{ title: "Book 59", n: 42 }]);
  },

  follows_relations: async () => {
    const [x, y, z] = await topics.save([{ name: "x" }, { name: "y" }, { name: "z" }]);
    const first = await books.findOneByOrFail({ title: "First" });
    first.topics = [x, y, z];
    await books.save(first);
    await books.createQueryBuilder().relation("Book", "topics").of(first).remove(z);
    const found = await books.findOne({ where: { title: "First" }, relations: { topics: true }, order: { topics: { name: "ASC" } } });
    assert.deepStrictEqual(found.topics.map((t) => t.name), ["x", "y"]);
    const of = await topics.findOne({ where: { name: "x" }, relations: { books: { author: true } } });
    assert.deepStrictEqual(of.books.map((b) => [b.title, b.author.name]), [["First", "Ann"]]);
    const counted = await authors.createQueryBuilder("a").leftJoinAndSelect("a.books", "b", "b.pages > :n", { n: 560 }).orderBy("a.id").addOrderBy("b.pages").getMany();
    assert.deepStrictEqual(counted.map((a) => a.books.length), [0, 2, 1]);
    assert.deepStrictEqual((await books.createQueryBuilder().relation("Author", "books").of(1).loadMany()).map((b) => b.title), ["First"]);
    assert.strictEqual((await authors.find({ relations: { books: true, profile: true }, relationLoadStrategy: "query", order: { id: "ASC" } }))[1].books.length, 30);
  },

  grows_trees: async () => {
    const root = await topics.save({ name: "root" });
    const left = await topics.save({ name: "left", parent: root });
    await topics.save([{ name: "leaf", parent: left }, { name: "right", parent: root }]);
    const tree = await topics.findDescendantsTree(root);
    assert.deepStrictEqual(tree.children.map((t) => [t.name, t.children.length]).sort(), [["left", 1], ["right", 0]]);
    const leaf = await topics.findOneBy({ name: "leaf" });
    assert.deepStrictEqual((await topics.findAncestors(leaf)).map((t) => t.name).sort(), ["leaf", "left", "root"]);
    assert.deepStrictEqual([await topics.countDescendants(root), (await topics.findRoots()).length], [4, 4]);
  },

  upserts: async () => {
    const made = await authors.upsert([{ email: "ann@example.org", name: "Anna" }, { email: "dan@example.org", name: "Dan" }], ["email"]);
    assert.strictEqual(made.identifiers.length, 2);
    assert.deepStrictEqual((await authors.find({ order: { id: "ASC" } })).map((a) => a.name), ["Anna", "Bob", "Cid", "Dan"]);
    await authors.upsert({ email: "ann@example.org", name: "Anna" }, { conflictPaths: ["email"], skipUpdateIfNoValuesChanged: true });
    const ignored = await topics.createQueryBuilder().insert().values([{ name: "x" }]).orIgnore().execute();
    assert.deepStrictEqual(ignored.raw, []);
    await source.createQueryBuilder().insert().into("Author").values({ email: "dan@example.org", name: "Daniel" }).orUpdate(["name"], ["email"]).execute();
    assert.strictEqual((await authors.findOneBy({ email: "dan@example.org" })).name, "Daniel");
  },

  updates: async () => {
    const ann = await authors.findOneBy({ email: "ann@example.org" });
    const before = ann.version;
    ann.name = "Ann";
    await authors.save(ann);
    assert.deepStrictEqual([ann.version, (await authors.findOneBy({ id: ann.id })).version], [before + 1, before + 1]);
    assert.strictEqual((await authors.update({ name: In(["Bob", "Cid"]) }, { active: false })).affected, 2);
    await books.increment({ title: "First" }, "pages", 9);
    await books.decrement({ title: "First" }, "price", 0.5);
    const first = await books.findOneBy({ title: "First" });
    assert.deepStrictEqual([first.pages, first.price], [110, "12.00"]);
    first.details = { ...first.details, more: [null, true] };
    first.tags.push("new");
    await books.save(first);
    const { details, tags } = await books.findOneBy({ title: "First" });
    assert.deepStrictEqual([details.more, tags.length], [[null, true], 3]);
  },

  deletes: async () => {
    const dan = await authors.findOneBy({ email: "dan@example.org" });
    await authors.softRemove(dan);
    assert.deepStrictEqual([await authors.count(), await authors.count({ withDeleted: true })], [3, 4]);
    await authors.restore(dan.id);
    assert.strictEqual(await authors.count(), 4);
    await authors.remove(dan);
    const cid = await authors.findOneBy({ name: "Cid" });
    assert.strictEqual((await authors.delete(cid.id)).affected, 1);
    assert.strictEqual(await books.count(), 31);
  },

  transactions: async () => {
    const count = () => topics.count({ where: { name: Like("t%") } });
    await source.transaction(async (manager) => {
      await manager.save("Topic", { name: "t1" });
      assert.strictEqual(await count(), 0);
    });
    await assert.rejects(source.transaction("SERIALIZABLE", async (manager) => {
      await manager.save("Topic", { name: "t2" });
      throw new Error("on purpose");
    }), /on purpose/);
    assert.strictEqual(await count(), 1);
    await source.transaction("REPEATABLE READ", async (manager) => {
      await manager.save("Topic", { name: "t3" });
      await assert.rejects(manager.transaction(async (inner) => {
        await inner.save("Topic", { name: "t4" });
        await inner.insert("Topic", { name: "t1" });
      }), QueryFailedError);
      await manager.transaction((inner) => inner.save("Topic", { name: "t5" }));
    });
    assert.strictEqual(await count(), 3);
    const runner = source.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.delete("Topic", { name: Like("t%") });
    await runner.rollbackTransaction();
    await runner.release();
    assert.strictEqual(await count(), 3);
  },

  locks: async () => {
    const [first, second] = [source.createQueryRunner(), source.createQueryRunner()];
    await first.startTransaction();
    await second.startTransaction();
    const held = await first.manager.findOne("Book", { where: { title: "First" }, lock: { mode: "pessimistic_write" } });
    assert.strictEqual(held.title, "First");
    assert.deepStrictEqual(await second.manager.find("Book", { where: { title: "First" }, lock: { mode: "pessimistic_write", onLocked: "skip_locked" } }), []);
    await assert.rejects(second.manager.find("Book", { where: { title: "First" }, lock: { mode: "pessimistic_write", onLocked: "nowait" } }), (error) => error.code === "55P03");
    await second.rollbackTransaction();
    await first.commitTransaction();
    await Promise.all([first.release(), second.release()]);
    const { version } = await authors.findOneBy({ name: "Ann" });
    await authors.findOne({ where: { name: "Ann" }, lock: { mode: "optimistic", version } });
    await assert.rejects(authors.findOne({ where: { name: "Ann" }, lock: { mode: "optimistic", version: version + 1 } }), OptimisticLockVersionMismatchError);
  },

  works_at_once: async () => {
    await Promise.all(Array.from({ length: 12 }, (_, n) => source.transaction(async (manager) => {
      await manager.query("SELECT name FROM topic WHERE name = 'x' FOR UPDATE");
      await manager.save("Topic", { name: `many ${n}` });
    })));
    assert.strictEqual(await topics.count({ where: { name: Like("many%") } }), 12);
  },

  errors: async () => {
    const code = (expected, more = {}) => (error) => {
      assert.ok(error instanceof QueryFailedError, error);
      assert.strictEqual(error.driverError.code, expected);
      for (const [name, value] of Object.entries(more)) assert.strictEqual(error.driverError[name], value);
      return true;
    };
    const ann = await authors.findOneBy({ name: "Ann" });
    await assert.rejects(authors.insert({ name: "Other", email: "ann@example.org" }), code("23505", { table: "author", detail: "Key (email)=(ann@example.org) already exists." }));
    await assert.rejects(books.insert({ title: "First", author: ann }), code("23505", { constraint: "book_once" }));
    await assert.rejects(books.insert({ title: "Orphan", author: { id: 1000000 } }), code("23503", { table: "book" }));
    await assert.rejects(books.insert({ title: "Debt", author: ann, price: "-1" }), code("23514", { constraint: "book_price" }));
    await assert.rejects(books.insert({ author: ann }), code("23502", { column: "title" }));
    await assert.rejects(authors.insert({ name: "n".repeat(61) }), code("22001"));
    await assert.rejects(source.query("SELECT * FROM nowhere"), code("42P01"));
    await assert.rejects(source.query("SELECT nothing FROM book"), code("42703"));
    await assert.rejects(books.findBy({ pages: "many" }), code("22P02"));
    await assert.rejects(books.findOneByOrFail({ title: "nothing" }), EntityNotFoundError);
  },

  migrates: async () => {
    class Shop1700000000001 {
      async up(runner) {
        await runner.createTable(new Table({
          name: "shop",
          columns: [
            { name: "id", type: "serial", isPrimary: true },
            { name: "name", type: "varchar", length: "40", isNullable: false },
            { name: "city", type: "varchar", isNullable: true },
            { name: "opened", type: "timestamptz", default: "now()" },
          ],
        }), true);
        await runner.createIndex("shop", new TableIndex({ name: "shop_city", columnNames: ["city"] }));
        await runner.query(`INSERT INTO shop (name, city) VALUES ('one', 'Bonn'), ('two', NULL)`);
      }
      async down(runner) {
        await runner.dropTable("shop");
      }
    }
    class Wider1700000000002 {
      async up(runner) {
        await runner.addColumn("shop", new TableColumn({ name: "authorId", type: "int", isNullable: true }));
        await runner.createForeignKey("shop", new TableForeignKey({ name: "shop_author", columnNames: ["authorId"], referencedTableName: "author", referencedColumnNames: ["id"], onDelete: "SET NULL" }));
        await runner.renameColumn("shop", "city", "town");
        await runner.changeColumn("shop", "name", new TableColumn({ name: "name", type: "character varying", length: "40", isNullable: false, isUnique: true }));
        await runner.addColumn("shop", new TableColumn({ name: "size", type: "numeric", precision: 8, scale: 2, default: "1.5" }));
        await runner.query(`UPDATE "shop" SET "town" = '?' WHERE "town" IS NULL`);
        await runner.changeColumn("shop", "town", new TableColumn({ name: "town", type: "character varying", isNullable: false, default: "'?'" }));
      }
      async down(runner) {
        await runner.dropColumns("shop", ["size", "authorId"]);
        await runner.renameColumn("shop", "town", "city");
      }
    }
    const migrating = new DataSource({ ...options, entities: [], migrations: [Shop1700000000001, Wider1700000000002], migrationsTableName: "done" });
    await migrating.initialize();
    assert.strictEqual(await migrating.showMigrations(), true);
    assert.deepStrictEqual((await migrating.runMigrations({ transaction: "each" })).map((m) => m.name), ["Shop1700000000001", "Wider1700000000002"]);
    assert.strictEqual(await migrating.showMigrations(), false);
    const runner = migrating.createQueryRunner();
    const shop = async () => (await runner.getTable("shop")).columns.map((c) => c.name).sort();
    assert.deepStrictEqual(await shop(), ["authorId", "id", "name", "opened", "size", "town"]);
    assert.deepStrictEqual(await migrating.query("SELECT name, size FROM shop ORDER BY id"), [{ name: "one", size: "1.50" }, { name: "two", size: "1.50" }]);
    await migrating.undoLastMigration();
    assert.deepStrictEqual(await shop(), ["city", "id", "name", "opened"]);
    await migrating.undoLastMigration();
    assert.strictEqual(await runner.hasTable("shop"), false);
    await runner.release();
    await migrating.destroy();
  },

  synchronizes_changes: async () => {
    const Before = new EntitySchema({ name: "Thing", tableName: "thing", columns: { id: { type: Number, primary: true, generated: true }, name: { type: "varchar", length: 20 }, size: { type: "integer", nullable: true } } });
    const After = new EntitySchema({
      name: "Thing", tableName: "thing",
      columns: {
        id: { type: Number, primary: true, generated: true }, name: { type: "varchar", length: 20, nullable: true },
        size: { type: "integer", default: 3 }, made: { type: "timestamptz", default: () => "now()" }, about: { type: "jsonb", nullable: true },
      },
      indices: [{ name: "thing_by_size", columns: ["size", "name"], unique: true }],
    });
    const first = await new DataSource({ ...options, entities: [Before], synchronize: true }).initialize();
    await first.getRepository("Thing").insert([{ name: "a", size: 1 }, { name: "b", size: 2 }]);
    await first.destroy();
    const second = await new DataSource({ ...options, entities: [After], synchronize: true }).initialize();
    assert.deepStrictEqual(await pending(second), []);
    await second.getRepository("Thing").insert({ about: { x: 1 } });
    const rows = await second.getRepository("Thing").find({ order: { id: "ASC" } });
    assert.deepStrictEqual(rows.map((t) => [t.id, t.name, t.size, t.about]), [[1, "a", 1, null], [2, "b", 2, null], [3, null, 3, { x: 1 }]]);
    assert.ok(rows.every((t) => t.made instanceof Date));
    await second.createQueryRunner().dropTable("thing");
    await second.destroy();
  },

  drops_tables: async () => {
    await topics.clear().catch((error) => assert.strictEqual(error.driverError.code, "0A000"));
    await source.dropDatabase();
    assert.deepStrictEqual((await source.query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")), []);
  },
};

async function main() {
  let failed = false;
  for (const [name, run] of Object.entries(scenarios)) {
    failing.length = 0;
    try {
      await run();
      console.log(`ok ${name}`);
    } catch (error) {
      failed = true;
      console.log(`FAIL ${name}: ${`${error.message} [${failing.at(-1) ?? error.query ?? ""}]`.replaceAll(/\s+/g, " ")}`);
      console.error(error);
    }
  }
  await source.destroy();
  process.exitCode = failed ? 1 : 0;
}

main();
