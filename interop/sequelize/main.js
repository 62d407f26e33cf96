// Sequelize 6 on node-postgres: models are made, kept, related, asked and changed.
"use strict";

const assert = require("node:assert");
const { DataTypes, Op, QueryTypes, Sequelize, Transaction } = require("sequelize");

let failing = null;
const sequelize = new Sequelize({
  dialect: "postgres",
  host: process.env.INTEROP_HOST,
  port: Number(process.env.INTEROP_PORT),
  username: process.env.INTEROP_USER,
  database: process.env.INTEROP_DATABASE,
  pool: { max: 4 },
  logging: (statement) => {
    failing = statement;
  },
});

const Writer = sequelize.define(
  "Writer",
  {
    name: { type: DataTypes.STRING(60), allowNull: false },
    email: { type: DataTypes.STRING, unique: true },
    born: DataTypes.DATEONLY,
    about: DataTypes.TEXT,
  },
  { tableName: "writers" },
);
const Article = sequelize.define(
  "Article",
  {
    key: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4, primaryKey: true },
    title: { type: DataTypes.STRING, allowNull: false },
    words: { type: DataTypes.INTEGER, defaultValue: 0 },
    fee: DataTypes.DECIMAL(10, 2),
    score: DataTypes.DOUBLE,
    public: { type: DataTypes.BOOLEAN, defaultValue: false },
    written: DataTypes.DATE,
    details: DataTypes.JSONB,
    picture: DataTypes.BLOB,
    size: DataTypes.BIGINT,
  },
  { tableName: "articles", paranoid: true, indexes: [{ fields: ["writerId", "title"], unique: true }, { fields: ["words"] }] },
);
const Topic = sequelize.define("Topic", { name: DataTypes.STRING }, { tableName: "topics", timestamps: false });
const Note = sequelize.define(
  "Note",
  {
    name: { type: DataTypes.STRING, unique: true },
    tags: DataTypes.ARRAY(DataTypes.TEXT),
    ranks: DataTypes.ARRAY(DataTypes.INTEGER),
    about: DataTypes.JSONB,
  },
  { tableName: "notes", paranoid: true },
);
Writer.hasMany(Article, { as: "articles", foreignKey: { name: "writerId", allowNull: false }, onDelete: "CASCADE" });
Article.belongsTo(Writer, { as: "writer", foreignKey: "writerId" });
Article.belongsToMany(Topic, { as: "topics", through: "article_topics", timestamps: false });
Topic.belongsToMany(Article, { as: "articles", through: "article_topics", timestamps: false });

const written = new Date("2024-02-29T12:30:15.654Z");

const scenarios = {
  authenticates: () => sequelize.authenticate(),

  makes_tables: async () => {
    await sequelize.sync({ force: true });
    await sequelize.sync();
    const tables = await sequelize.getQueryInterface().showAllTables();
    const names = tables.map((table) => table.tableName ?? table).sort();
    assert.deepStrictEqual(names, ["article_topics", "articles", "notes", "topics", "writers"]);
  },

  describes_tables: async () => {
    const articles = await sequelize.getQueryInterface().describeTable("articles");
    assert.deepStrictEqual(
      Object.fromEntries(Object.entries(articles).map(([name, column]) => [name, [column.type, column.allowNull]])),
      {
        key: ["UUID", false],
        title: ["CHARACTER VARYING(255)", false],
        words: ["INTEGER", true],
        fee: ["NUMERIC", true],
        score: ["DOUBLE PRECISION", true],
        public: ["BOOLEAN", true],
        written: ["TIMESTAMP WITH TIME ZONE", true],
        details: ["JSONB", true],
        picture: ["BYTEA", true],
        size: ["BIGINT", true],
        createdAt: ["TIMESTAMP WITH TIME ZONE", false],
        updatedAt: ["TIMESTAMP WITH TIME ZONE", false],
        deletedAt: ["TIMESTAMP WITH TIME ZONE", true],
        writerId: ["INTEGER", false],
      },
    );
    assert.deepStrictEqual([articles.key.primaryKey, articles.title.primaryKey], [true, false]);
    const indexes = await sequelize.getQueryInterface().showIndex("articles");
    assert.deepStrictEqual(
      indexes.map((index) => [index.name, index.unique, index.fields.map((field) => field.attribute)]).sort(),
      [
        ["articles_pkey", true, ["key"]],
        ["articles_words", false, ["words"]],
        ["articles_writer_id_title", true, ["writerId", "title"]],
      ],
    );
  },

  creates_and_reads: async () => {
    const ann = await Writer.create({ name: "Ann", email: "ann@example.org", born: "1980-05-06", about: "it's \\ 文" });
    assert.strictEqual(ann.id, 1);
    const made = await ann.createArticle({
      title: "First", words: 100, fee: "12.50", score: 0.1, public: true, written,
      details: { tags: ["a", "b"], deep: { n: 1 } }, picture: Buffer.from([0, 1, 255]), size: "9007199254740993",
    });
    const found = await Article.findByPk(made.key, { include: "writer" });
    const { title, words, fee, score, public: open, details, picture, size } = found;
    assert.deepStrictEqual(
      { title, words, fee, score, open, details, picture: [...picture], size, written: found.written },
      {
        title: "First", words: 100, fee: "12.50", score: 0.1, open: true,
        details: { tags: ["a", "b"], deep: { n: 1 } }, picture: [0, 1, 255], size: "9007199254740993", written,
      },
    );
    assert.deepStrictEqual([found.writer.name, found.writer.born, found.writer.about], ["Ann", "1980-05-06", "it's \\ 文"]);
  },

  creates_in_bulk: async () => {
    const bob = await Writer.create({ name: "Bob", email: "bob@example.org" });
    const made = await Article.bulkCreate(
      Array.from({ length: 50 }, (_, n) => ({
        writerId: bob.id, title: `Article ${n}`, words: n * 10, fee: n / 4, public: n % 2 === 0,
        details: { n }, written: new Date(Date.UTC(2024, n % 12, 1)),
      })),
      { returning: true },
    );
    assert.strictEqual(new Set(made.map((article) => article.key)).size, 50);
    assert.strictEqual(await Article.count(), 51);
  },

  asks: async () => {
    const titles = async (options) =>
      (await Article.findAll({ attributes: ["title"], order: ["words", "title"], ...options })).map((a) => a.title);
    assert.deepStrictEqual(await titles({ where: { words: { [Op.between]: [20, 40] } } }), ["Article 2", "Article 3", "Article 4"]);
    assert.deepStrictEqual(await titles({ where: { title: { [Op.in]: ["First", "Article 1"] } } }), ["Article 1", "First"]);
    assert.deepStrictEqual(await titles({ where: { title: { [Op.iLike]: "%FIRST%" } } }), ["First"]);
    assert.deepStrictEqual(await titles({ where: { title: { [Op.startsWith]: "Article 4" } }, limit: 2 }), ["Article 4", "Article 40"]);
    assert.deepStrictEqual(await titles({ where: { [Op.or]: [{ words: 0 }, { fee: { [Op.gt]: 12.24 } }] } }), ["Article 0", "First", "Article 49"]);
    assert.deepStrictEqual(await titles({ where: { details: { n: 7 } } }), ["Article 7"]);
    assert.deepStrictEqual(await titles({ where: { "details.deep.n": 1 } }), ["First"]);
    assert.deepStrictEqual(await titles({ where: { written: { [Op.gte]: new Date("2024-12-01T00:00:00Z") } }, offset: 1, limit: 2 }), ["Article 23", "Article 35"]);
    assert.deepStrictEqual(await titles({ where: { "$writer.name$": "Ann" }, include: { association: "writer", attributes: [] } }), ["First"]);
    const { rows, count } = await Article.findAndCountAll({ where: { public: true }, limit: 5, order: [["words", "DESC"]] });
    assert.deepStrictEqual([rows.length, count, rows[0].title], [5, 26, "Article 48"]);
    assert.deepStrictEqual([await Article.sum("words"), await Article.max("fee"), await Article.min("words")], [12350, 12.5, 0]);
    const grouped = await Article.findAll({
      attributes: ["public", [sequelize.fn("COUNT", sequelize.col("key")), "n"], [sequelize.fn("AVG", sequelize.col("words")), "mean"]],
      group: ["public"], order: ["public"], raw: true,
    });
    assert.deepStrictEqual(
      grouped.map(({ public: open, n, mean }) => [open, n, Number(mean)]),
      [[false, "25", 250], [true, "26", 6100 / 26]],
    );
    assert.deepStrictEqual(
      await sequelize.query("select title from articles where words = $1", { bind: [490], type: QueryTypes.SELECT }),
      [{ title: "Article 49" }],
    );
    assert.deepStrictEqual(
      await sequelize.query("select words from articles where title = :title", { replacements: { title: "First" }, type: QueryTypes.SELECT }),
      [{ words: 100 }],
    );
  },

  follows_associations: async () => {
    const topics = await Topic.bulkCreate([{ name: "x" }, { name: "y" }, { name: "z" }], { returning: true });
    const first = await Article.findOne({ where: { title: "First" } });
    await first.setTopics(topics);
    await first.removeTopic(topics[2]);
    assert.strictEqual(await first.countTopics(), 2);
    assert.strictEqual(await first.hasTopic(topics[0]), true);
    const writers = await Writer.findAll({
      include: { association: "articles", include: [{ association: "topics", through: { attributes: [] } }] },
      order: ["name", ["articles", "words", "ASC"], ["articles", "topics", "name", "ASC"]],
    });
    assert.deepStrictEqual(writers.map((w) => [w.name, w.articles.length]), [["Ann", 1], ["Bob", 50]]);
    assert.deepStrictEqual(writers[0].articles[0].topics.map((topic) => topic.name), ["x", "y"]);
    const some = await Writer.findAll({ include: { association: "articles", where: { words: { [Op.gt]: 470 } } }, limit: 1 });
    assert.deepStrictEqual(some.map((w) => [w.name, w.articles.length]), [["Bob", 2]]);
  },

  changes: async () => {
    const [changed] = await Article.update({ words: 1 }, { where: { words: { [Op.lt]: 30 } } });
    assert.strictEqual(changed, 3);
    const first = await Article.findOne({ where: { title: "First" } });
    await first.increment("words", { by: 5 });
    await first.reload();
    assert.strictEqual(first.words, 105);
    first.details = { ...first.details, more: true };
    await first.save();
    assert.deepStrictEqual((await Article.findByPk(first.key)).details.more, true);
    const cid = await Writer.create({ name: "Cid", email: "cid@example.org" });
    assert.strictEqual((await Writer.findOrCreate({ where: { email: "cid@example.org" }, defaults: { name: "D" } }))[1], false);
    const [upserted] = await Writer.upsert({ email: "cid@example.org", name: "Cyd" }, { conflictFields: ["email"] });
    assert.deepStrictEqual([upserted.id, upserted.name], [cid.id, "Cyd"]);
    await Writer.bulkCreate([{ email: "cid@example.org", name: "C" }, { email: "e@example.org", name: "Eve" }], {
      updateOnDuplicate: ["name"], conflictAttributes: ["email"],
    });
    assert.deepStrictEqual((await Writer.findAll({ order: ["name"] })).map((w) => w.name), ["Ann", "Bob", "C", "Eve"]);
  },

  deletes: async () => {
    assert.strictEqual(await Article.destroy({ where: { words: 1 } }), 3);
    assert.deepStrictEqual([await Article.count(), await Article.count({ paranoid: false })], [48, 51]);
    await Article.restore({ where: { words: 1 } });
    assert.strictEqual(await Article.count(), 51);
    const bob = await Writer.findOne({ where: { name: "Bob" } });
    await bob.destroy();
    assert.strictEqual(await Article.count({ paranoid: false }), 1);
  },

  transactions: async () => {
    const count = () => Topic.count({ where: { name: { [Op.like]: "t%" } } });
    await sequelize.transaction(async (transaction) => {
      await Topic.create({ name: "t1" }, { transaction });
      assert.strictEqual(await count(), 0);
    });
    assert.strictEqual(await count(), 1);
    await assert.rejects(
      sequelize.transaction(async (transaction) => {
        await Topic.create({ name: "t2" }, { transaction });
        throw new Error("on purpose");
      }),
      /on purpose/,
    );
    assert.strictEqual(await count(), 1);
    const outer = await sequelize.transaction({ isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE });
    await Topic.create({ name: "t3" }, { transaction: outer });
    const inner = await sequelize.transaction({ transaction: outer });
    await Topic.create({ name: "t4" }, { transaction: inner });
    await inner.rollback();
    await Topic.findOne({ where: { name: "t3" }, transaction: outer, lock: outer.LOCK.UPDATE });
    await outer.commit();
    assert.strictEqual(await count(), 2);
  },

  errors: async () => {
    await assert.rejects(Writer.create({ name: "Other", email: "ann@example.org" }), (error) => {
      assert.deepStrictEqual([error.name, error.parent.code, error.errors[0]?.path], ["SequelizeUniqueConstraintError", "23505", "email"]);
      return true;
    });
    await assert.rejects(Article.create({ title: "Orphan", writerId: 1000000 }), (error) => {
      assert.deepStrictEqual([error.name, error.parent.code, error.table], ["SequelizeForeignKeyConstraintError", "23503", "articles"]);
      return true;
    });
    await assert.rejects(sequelize.query("select * from nowhere"), (error) => {
      assert.deepStrictEqual([error.name, error.parent.code], ["SequelizeDatabaseError", "42P01"]);
      return true;
    });
    await assert.rejects(Writer.create({ name: "n".repeat(61) }), (error) => error.parent.code === "22001");
  },

  finds_or_creates: async () => {
    const [fay, made] = await Writer.findOrCreate({ where: { email: "fay@example.org" }, defaults: { name: "Fay" } });
    assert.deepStrictEqual([fay.name, made], ["Fay", true]);
    await fay.destroy();
  },

  arrays_and_documents: async () => {
    await Note.sync({ force: true });
    await Note.bulkCreate(Array.from({ length: 20 }, (_, n) => ({
      name: `note ${n}`, tags: [`t${n % 4}`, "all"], ranks: [n, n * 2], about: { n, nested: { even: n % 2 === 0, list: [n, "x"] } },
    })));
    const names = async (where) => (await Note.findAll({ where, order: ["id"] })).map((note) => Number(note.name.slice(5)));
    assert.deepStrictEqual(await names({ tags: { [Op.contains]: ["all", "t3"] } }), [3, 7, 11, 15, 19]);
    assert.deepStrictEqual(await names({ tags: { [Op.overlap]: ["t1", "none"] }, id: { [Op.lte]: 8 } }), [1, 5]);
    assert.deepStrictEqual(await names({ tags: { [Op.contained]: ["t0", "all", "x"] }, id: { [Op.lt]: 9 } }), [0, 4]);
    assert.deepStrictEqual(await names({ ranks: [3, 6] }), [3]);
    assert.deepStrictEqual(await names({ name: { [Op.any]: ["note 2", "note 5"] } }), [2, 5]);
    assert.deepStrictEqual(await names({ name: { [Op.like]: { [Op.any]: ["note 1%", "%9"] } }, id: { [Op.gt]: 17 } }), [17, 18, 19]);
    assert.deepStrictEqual(await names({ about: { nested: { even: true } }, id: { [Op.lt]: 5 } }), [0, 2]);
    assert.deepStrictEqual(await names({ about: { n: { [Op.between]: [4, 6] } } }), [4, 5, 6]);
    assert.deepStrictEqual(await names({ about: { [Op.contains]: { nested: { list: [7] } } } }), [7]);
    const picked = await Note.findAll({ attributes: [[sequelize.json("about.nested.even"), "even"]], order: [[sequelize.json("about.n"), "ASC"], "id"], limit: 2, raw: true });
    assert.deepStrictEqual(picked.map((row) => row.even), ["true", "false"]);
    const note = await Note.findOne({ where: { name: "note 6" } });
    note.set("about.nested.more", { deep: [1, null] });
    note.tags = [...note.tags, "größe"];
    await note.save();
    await note.reload();
    assert.deepStrictEqual([note.about.nested.more, note.tags], [{ deep: [1, null] }, ["t2", "all", "größe"]]);
    const both = await Note.bulkCreate([{ name: "note 6", tags: ["again"], ranks: [] }, { name: "note 99", tags: [] }], {
      updateOnDuplicate: ["tags", "updatedAt"], conflictAttributes: ["name"], returning: true,
    });
    assert.deepStrictEqual(both.map(({ name, tags, ranks }) => [name, tags, ranks]), [["note 6", ["again"], [6, 12]], ["note 99", [], null]]);
    await Note.bulkCreate([{ name: "note 6" }, { name: "note 100" }], { ignoreDuplicates: true });
    assert.strictEqual(await Note.count(), 22);
    const [, changed] = await Note.update({ ranks: [0] }, { where: { name: { [Op.endsWith]: "9" } }, returning: true });
    assert.deepStrictEqual(changed.map((one) => one.name).sort(), ["note 19", "note 9", "note 99"]);
  },

  scopes_and_groups: async () => {
    Note.addScope("even", { where: { about: { nested: { even: true } } } });
    Note.addScope("tagged", (tag) => ({ where: { tags: { [Op.contains]: [tag] } } }));
    assert.strictEqual(await Note.scope("even").count(), 10);
    assert.strictEqual(await Note.scope("even", { method: ["tagged", "t0"] }).count(), 5);
    const gone = await Note.scope({ method: ["tagged", "t1"] }).destroy();
    assert.deepStrictEqual([gone, await Note.count(), await Note.unscoped().count({ paranoid: false })], [5, 17, 22]);
    await Note.restore();
    assert.strictEqual(await Note.count(), 22);
    await Note.destroy({ where: { name: "note 100" }, force: true });
    assert.strictEqual(await Note.count({ paranoid: false }), 21);
    const grouped = await Note.findAll({
      attributes: [[sequelize.fn("array_length", sequelize.col("tags"), 1), "length"], [sequelize.fn("count", sequelize.col("*")), "n"]],
      group: [sequelize.fn("array_length", sequelize.col("tags"), 1)],
      having: sequelize.where(sequelize.fn("count", sequelize.col("*")), { [Op.gt]: 1 }), raw: true,
    });
    assert.deepStrictEqual(grouped, [{ length: 2, n: "19" }]);
    assert.strictEqual(await Note.count({ distinct: true, col: "tags" }), 6);
    const [first, second] = await Promise.all([sequelize.transaction(), sequelize.transaction()]);
    const held = await Note.findOne({ where: { name: "note 1" }, lock: first.LOCK.UPDATE, transaction: first });
    const free = await Note.findAll({ where: { name: "note 1" }, lock: true, skipLocked: true, transaction: second });
    assert.deepStrictEqual([held.name, free], ["note 1", []]);
    await held.update({ ranks: [7] }, { transaction: first });
    assert.deepStrictEqual((await Note.findByPk(held.id, { transaction: second })).ranks, [1, 2]);
    await first.commit();
    assert.deepStrictEqual((await Note.findByPk(held.id, { transaction: second, lock: second.LOCK.NO_KEY_UPDATE })).ranks, [7]);
    await second.rollback();
    await Note.drop();
  },

  changes_tables: async () => {
    const tables = sequelize.getQueryInterface();
    await tables.addColumn("topics", "rank", { type: DataTypes.INTEGER, defaultValue: 3 });
    await tables.renameColumn("topics", "rank", "place");
    await tables.addIndex("topics", ["place"], { name: "topics_by_place" });
    assert.deepStrictEqual((await sequelize.query("select distinct place from topics", { type: QueryTypes.SELECT })), [{ place: 3 }]);
    await tables.changeColumn("topics", "place", { type: DataTypes.BIGINT });
    assert.strictEqual((await tables.describeTable("topics")).place.type, "BIGINT");
    await tables.removeIndex("topics", "topics_by_place");
    await tables.removeColumn("topics", "place");
    await tables.renameTable("topics", "subjects");
    await tables.renameTable("subjects", "topics");
    assert.deepStrictEqual(Object.keys(await tables.describeTable("topics")), ["id", "name"]);
  },

  drops_tables: async () => {
    await Topic.truncate({ cascade: true });
    assert.strictEqual(await Topic.count(), 0);
    await sequelize.drop();
    assert.deepStrictEqual(await sequelize.getQueryInterface().showAllTables(), []);
  },
};

async function main() {
  let failed = false;
  for (const [name, run] of Object.entries(scenarios)) {
    if (process.argv.length > 2 && !process.argv.includes(name)) continue;
    try {
      await run();
      console.log(`ok ${name}`);
    } catch (error) {
      failed = true;
      const told = `${error.message} [${error.sql ?? failing}]`.replaceAll(/\s+/g, " ");
      console.log(`FAIL ${name}: ${told}`);
      console.error(error);
    }
  }
  await sequelize.close();
  process.exitCode = failed ? 1 : 0;
}

main();
