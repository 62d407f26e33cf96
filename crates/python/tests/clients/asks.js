// Asks a Python server what node-postgres can ask, and prints a line for each answer.
'use strict'

const { Client, Pool } = require('pg')

const VALUES = [
  ['int2', 5, '5', 5], ['int4', 5, '5', 5], ['int8', '1099511627776', '1099511627776', '1099511627776'],
  ['float4', 13.125, '13.125', 13.125], ['float8', 13.125, '13.125', 13.125], ['numeric', '12345678901234567890.50', '12345678901234567890.50'],
  ['bool', true, 't', true], ['text', 'zoë', 'zoë', 'zoë'], ['text', '', '', ''],
  ['bytea', Buffer.from([0, 1, 255]), '\\x0001ff'], ['uuid', '12345678-1234-5678-1234-567812345678', '12345678-1234-5678-1234-567812345678'],
  ['date', '2024-02-29', '2024-02-29'], ['time', '12:30:00.000005', '12:30:00.000005'],
  ['timestamp', '2024-02-29 01:02:03.000004', '2024-02-29 01:02:03.000004'],
  ['timestamptz', '2024-02-29T01:02:03.000004Z', '2024-02-29 01:02:03.000004+00'],
  ['jsonb', JSON.stringify({ a: [1, null] }), '{"a": [1, null]}'], ['int4[]', [1, null, 3], '{1,NULL,3}'], ['int4', null, null, null],
]
const raw = { getTypeParser: () => (value) => value }

async function values (client) {
  let wrong = 0
  for (const [type, sent, text, binary] of VALUES) {
    const asked = { text: `select $1::${type} as v`, values: [sent] }
    const prepared = { ...asked, name: type }
    for (const query of [asked, prepared, prepared]) {
      const got = (await client.query({ ...query, types: raw })).rows[0].v
      if (got !== text) { wrong++; console.log(type, sent, 'is', got) }
    }
    if (binary !== undefined) {
      const got = (await client.query({ ...asked, binary: true })).rows[0].v
      if (got !== binary) { wrong++; console.log(type, sent, 'is in binary', got) }
    }
  }
  console.log('values', wrong || 'are as sent')
}

async function main (first, second) {
  const place = { host: '127.0.0.1', user: 'me', database: 'db' }
  const client = new Client({ ...place, port: first })
  await client.connect()
  await client.query("set time zone 'UTC'")
  await values(client)
  await client.query('select fail').catch((error) => console.log('error', error.code, error.detail, error.position))
  await client.query("set statement_timeout = '300ms'")
  await client.query('select hang').catch((error) => console.log('canceled', error.code))
  await client.query('begin')
  console.log('changed', (await client.query('insert into t values (1)')).rowCount)
  await client.query('commit')
  await client.query('begin')
  await client.query('insert into t values (2)')
  await client.query('rollback')
  await client.end()
  const other = new Client({ ...place, port: second })
  await other.connect()
  for (let turn = 0; turn < 3; turn++) await other.query('select $1::int4 as v', [turn])
  await other.end()
  const pool = new Pool({ ...place, port: first, max: 100 })
  const all = await Promise.all(Array.from({ length: 100 }, () => pool.connect()))
  const answers = await Promise.all(all.map((one) => one.query('select $1::int4 as v', [1])))
  console.log('connections', answers.reduce((sum, answer) => sum + answer.rows[0].v, 0))
  for (const one of all) one.release()
  await pool.end()
}

main(...process.argv.slice(2).map(Number)).catch((error) => {
  console.error(error)
  process.exit(1)
})
