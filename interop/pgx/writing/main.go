// pgx as it writes: CopyFrom by binary COPY, batches, transactions in transactions, named arguments, large results.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

const rows = 20_000

func address() string {
	return fmt.Sprintf("host=%s port=%s user=%s dbname=%s sslmode=disable connect_timeout=10",
		os.Getenv("INTEROP_HOST"), os.Getenv("INTEROP_PORT"), os.Getenv("INTEROP_USER"), os.Getenv("INTEROP_DATABASE"))
}

func equal(found, expected any) error {
	if !reflect.DeepEqual(found, expected) {
		return fmt.Errorf("found %#v, expected %#v", found, expected)
	}
	return nil
}

func fails(err error, code string) error {
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		return fmt.Errorf("no error %s: %v", code, err)
	}
	return equal(server.Code, code)
}

type querier interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}

func counts(ctx context.Context, on querier, expected int64, query string, arguments ...any) error {
	var found int64
	if err := on.QueryRow(ctx, query, arguments...).Scan(&found); err != nil {
		return fmt.Errorf("%s: %w", query, err)
	}
	return equal(fmt.Sprint(query, " ", found), fmt.Sprint(query, " ", expected))
}

// all runs its steps until one fails, and says which.
func all(steps ...func() error) error {
	for at, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", at+1, err)
		}
	}
	return nil
}

func made(at int) []any {
	written := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(at) * time.Minute)
	amount := pgtype.Numeric{}
	_ = amount.Scan(fmt.Sprintf("%d.%02d", at, at%100))
	var missing any = fmt.Sprintf("word %d 文", at)
	if at%10 == 0 {
		missing = nil
	}
	return []any{int64(at), int16(at % 100), int32(at * 7), float32(at) / 4, float64(at) / 3, at%2 == 0, missing,
		[]byte{0, byte(at)}, written, written.Truncate(24 * time.Hour), amount, [16]byte{15: byte(at)}}
}

var columns = []string{"id", "small", "whole", "single", "inexact", "flag", "words", "bytes", "there", "day", "amount", "key"}

func copiesIn(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `create table copied (id bigint primary key, small smallint, whole integer, single real,
		inexact double precision, flag boolean, words text, bytes bytea, there timestamptz, day date,
		amount numeric(12,2), key uuid)`)
	if err != nil {
		return err
	}
	copied, err := conn.CopyFrom(ctx, pgx.Identifier{"copied"}, columns,
		pgx.CopyFromSlice(rows, func(at int) ([]any, error) { return made(at), nil }))
	if err != nil {
		return err
	}
	_, twice := conn.CopyFrom(ctx, pgx.Identifier{"copied"}, columns[:1], pgx.CopyFromRows([][]any{{int64(rows)}, {int64(1)}}))
	_, stopped := conn.CopyFrom(ctx, pgx.Identifier{"copied"}, columns[:1],
		pgx.CopyFromFunc(func() ([]any, error) { return nil, errors.New("on purpose") }))
	if stopped == nil || !strings.Contains(stopped.Error(), "on purpose") {
		return fmt.Errorf("not stopped: %v", stopped)
	}
	return errors.Join(
		equal(copied, int64(rows)),
		fails(twice, "23505"),
		counts(ctx, conn, rows, "select count(*) from copied"),
		counts(ctx, conn, rows/10, "select count(*) from copied where words is null"),
		counts(ctx, conn, rows*(rows-1)/2, "select sum(id)::bigint from copied"),
	)
}

func readsALargeResult(ctx context.Context, conn *pgx.Conn) error {
	found, err := conn.Query(ctx, "select id, small, whole, single, inexact, flag, words, bytes, there, day, amount, key from copied order by id")
	if err != nil {
		return err
	}
	at := 0
	for found.Next() {
		values, err := found.Values()
		if err != nil {
			return err
		}
		expected := made(at)
		there, ok := values[8].(time.Time)
		if !ok || !there.Equal(expected[8].(time.Time)) {
			return fmt.Errorf("row %d: found %v, expected %v", at, values[8], expected[8])
		}
		values[8] = expected[8]
		amount := values[10].(pgtype.Numeric)
		wide, _ := amount.Float64Value()
		narrow, _ := expected[10].(pgtype.Numeric).Float64Value()
		if err := equal(wide, narrow); err != nil {
			return fmt.Errorf("row %d: %w", at, err)
		}
		values[10] = expected[10]
		if err := equal(values, expected); err != nil {
			return fmt.Errorf("row %d: %w", at, err)
		}
		at++
	}
	return errors.Join(found.Err(), equal(at, rows))
}

func scansIntoTypes(ctx context.Context, conn *pgx.Conn) error {
	type record struct {
		ID    int64
		Words *string
		Flag  bool
		There time.Time
		Key   pgtype.UUID
	}
	found, err := conn.Query(ctx, "select id, words, flag, there, key from copied where id in (3, 10) order by id")
	if err != nil {
		return err
	}
	records, err := pgx.CollectRows(found, pgx.RowToStructByName[record])
	if err != nil {
		return err
	}
	word := "word 3 文"
	var day pgtype.Date
	var number pgtype.Numeric
	var text, when string
	var single float32
	row := conn.QueryRow(ctx, "select day, amount, amount::text, there::text, single from copied where id = 5")
	if err := row.Scan(&day, &number, &text, &when, &single); err != nil {
		return err
	}
	plain, err := number.Value()
	return errors.Join(err,
		equal(records[0].Words, &word), equal(records[1].Words, (*string)(nil)), equal(records[0].Key.String(),
			"00000000-0000-0000-0000-000000000003"), equal(records[1].Flag, true),
		equal([]any{day.Time.Format(time.DateOnly), plain, text, when, single},
			[]any{"2024-01-01", "5.05", "5.05", "2024-01-01 00:05:00+00", float32(1.25)}))
}

func takesNamedArguments(ctx context.Context, conn *pgx.Conn) error {
	tag, err := conn.Exec(ctx, "update copied set words = @words, amount = @amount where id = @id and flag = @flag",
		pgx.NamedArgs{"words": "named", "amount": "1.50", "id": 4, "flag": true})
	return errors.Join(err, equal(tag.String(), "UPDATE 1"),
		counts(ctx, conn, 1, "select count(*) from copied where words = @words and amount = @amount",
			pgx.NamedArgs{"words": "named", "amount": 1.5}),
		counts(ctx, conn, 3, "select count(*) from copied where id = any($1)", []int64{1, 2, 3, -1}))
}

func makesBatches(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, "create table batched (id serial primary key, word text unique)"); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	var ids []int32
	for n := range 100 {
		batch.Queue("insert into batched (word) values ($1) returning id", fmt.Sprint("b", n)).QueryRow(func(row pgx.Row) error {
			var id int32
			err := row.Scan(&id)
			ids = append(ids, id)
			return err
		})
	}
	batch.Queue("update batched set word = word || '!' where id <= $1", 10).Exec(func(tag pgconn.CommandTag) error {
		return equal(tag.RowsAffected(), int64(10))
	})
	batch.Queue("select count(*) from batched where word like '%!'").QueryRow(func(row pgx.Row) error {
		var found int64
		return errors.Join(row.Scan(&found), equal(found, int64(10)))
	})
	if err := conn.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	// One failure undoes all of a batch that is in no transaction.
	failing := &pgx.Batch{}
	failing.Queue("insert into batched (word) values ('undone')")
	failing.Queue("insert into batched (word) values ('b50')")
	failing.Queue("insert into batched (word) values ('skipped')")
	twice := conn.SendBatch(ctx, failing).Close()
	return errors.Join(equal(len(ids), 100), fails(twice, "23505"),
		counts(ctx, conn, 100, "select count(*) from batched"))
}

func nestsTransactions(ctx context.Context, conn *pgx.Conn) error {
	outer, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
	if err != nil {
		return err
	}
	defer outer.Rollback(ctx)
	add := func(tx pgx.Tx, word string) error {
		_, err := tx.Exec(ctx, "insert into batched (word) values ($1)", word)
		return err
	}
	err = all(
		func() error { return add(outer, "outer") },
		func() error {
			inner, err := outer.Begin(ctx)
			if err != nil {
				return err
			}
			return errors.Join(add(inner, "inner"), fails(add(inner, "outer"), "23505"), inner.Rollback(ctx))
		},
		func() error { return pgx.BeginFunc(ctx, outer, func(tx pgx.Tx) error { return add(tx, "released") }) },
		func() error {
			_, err := outer.CopyFrom(ctx, pgx.Identifier{"batched"}, []string{"word"}, pgx.CopyFromRows([][]any{{"copied"}}))
			return err
		},
		func() error { return outer.Commit(ctx) },
		func() error {
			return counts(ctx, conn, 3, "select count(*) from batched where word in ('outer', 'inner', 'released', 'copied')")
		},
	)
	if err != nil {
		return err
	}
	readOnly := pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return add(tx, "never")
	})
	return fails(readOnly, "25006")
}

func usesAPool(ctx context.Context, _ *pgx.Conn) error {
	pool, err := pgxpool.New(ctx, address()+" pool_max_conns=4")
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, "create table pooled (id integer primary key, n integer not null)"); err != nil {
		return err
	}
	if _, err := pool.Exec(ctx, "insert into pooled values (1, 0)"); err != nil {
		return err
	}
	var group sync.WaitGroup
	failed := make(chan error, 8)
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 10 {
				if _, err := pool.Exec(ctx, "update pooled set n = n + 1 where id = 1"); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	group.Wait()
	close(failed)
	return errors.Join(<-failed, counts(ctx, pool, 80, "select n from pooled"))
}

func acceptsInEveryMode(ctx context.Context, conn *pgx.Conn) error {
	modes := []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe,
		pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol}
	for at, mode := range modes {
		_, err := conn.Exec(ctx, "insert into copied (id, words, flag, inexact, there) values ($1, $2, $3, $4, $5)", mode,
			int64(-1-at), "it's \\ 文", true, 0.1, time.Date(2024, 2, 29, 1, 2, 3, 456789000, time.UTC))
		if err != nil {
			return fmt.Errorf("%v: %w", mode, err)
		}
		var words string
		var inexact float64
		row := conn.QueryRow(ctx, "select words, inexact from copied where id = $1", mode, int64(-1-at))
		if err := errors.Join(row.Scan(&words, &inexact), equal([]any{words, inexact}, []any{"it's \\ 文", 0.1})); err != nil {
			return fmt.Errorf("%v: %w", mode, err)
		}
	}
	tag, err := conn.Exec(ctx, "delete from copied where id < 0")
	return errors.Join(err, equal(tag.String(), "DELETE 5"))
}

func seesChangedTables(ctx context.Context, conn *pgx.Conn) error {
	return all(
		func() error { return counts(ctx, conn, 1, "select n / 80 from pooled") },
		func() error {
			_, err := conn.Exec(ctx, "alter table pooled add column more text default 'm'")
			return err
		},
		func() error {
			var more string
			return errors.Join(conn.QueryRow(ctx, "select more from pooled").Scan(&more), equal(more, "m"))
		},
		func() error { _, err := conn.Exec(ctx, "drop table pooled, batched, copied"); return err },
		func() error { return fails(counts(ctx, conn, 0, "select count(*) from pooled where n > 0"), "42P01") },
	)
}

func main() {
	scenarios := []struct {
		name string
		run  func(context.Context, *pgx.Conn) error
	}{
		{"copies_in", copiesIn},
		{"reads_a_large_result", readsALargeResult},
		{"scans_into_types", scansIntoTypes},
		{"takes_named_arguments", takesNamedArguments},
		{"makes_batches", makesBatches},
		{"nests_transactions", nestsTransactions},
		{"uses_a_pool", usesAPool},
		{"accepts_in_every_mode", acceptsInEveryMode},
		{"sees_changed_tables", seesChangedTables},
	}
	failed := false
	for _, scenario := range scenarios {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		conn, err := pgx.Connect(ctx, address())
		if err == nil {
			err = scenario.run(ctx, conn)
			conn.Close(ctx)
		}
		cancel()
		if err == nil {
			fmt.Println("ok", scenario.name)
			continue
		}
		failed = true
		fmt.Printf("FAIL %s: %s\n", scenario.name, strings.Join(strings.Fields(err.Error()), " "))
	}
	if failed {
		os.Exit(1)
	}
}
