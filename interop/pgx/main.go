// pgx: statements described once and cached, binary parameters and results, pipelined batches.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	endless = "select count(*) from items a cross join items b cross join items c " +
		"where sin(a.price) + sin(b.price) + sin(c.price) > 4"
	flood = "select a.id, b.name, c.name from items a cross join items b cross join items c"
)

var errSkipped = errors.New("no server with a password")

var modes = map[string]pgx.QueryExecMode{
	"cache_statement": pgx.QueryExecModeCacheStatement,
	"cache_describe":  pgx.QueryExecModeCacheDescribe,
	"describe_exec":   pgx.QueryExecModeDescribeExec,
	"exec":            pgx.QueryExecModeExec,
	"simple":          pgx.QueryExecModeSimpleProtocol,
}

func address() string {
	return fmt.Sprintf("host=%s port=%s user=%s dbname=%s sslmode=disable connect_timeout=10",
		os.Getenv("INTEROP_HOST"), os.Getenv("INTEROP_PORT"), os.Getenv("INTEROP_USER"), os.Getenv("INTEROP_DATABASE"))
}

func secureAddress(more string) (string, error) {
	if os.Getenv("INTEROP_SECURE_PORT") == "" {
		return "", errSkipped
	}
	return fmt.Sprintf("host=%s port=%s user=%s dbname=%s password=%s %s", os.Getenv("INTEROP_HOST"),
		os.Getenv("INTEROP_SECURE_PORT"), os.Getenv("INTEROP_SECURE_USER"), os.Getenv("INTEROP_DATABASE"),
		os.Getenv("INTEROP_PASSWORD"), more), nil
}

func connected(ctx context.Context, address string, use func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return use(conn)
}

func equal(found, expected any) error {
	if !reflect.DeepEqual(found, expected) {
		return fmt.Errorf("found %#v, expected %#v", found, expected)
	}
	return nil
}

func fails(err error, code string, position int32) error {
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		return fmt.Errorf("no error %s: %v", code, err)
	}
	return equal([]any{server.Code, server.Position, server.Severity != ""}, []any{code, position, true})
}

func count(ctx context.Context, conn *pgx.Conn, query string, arguments ...any) (found int64, err error) {
	err = conn.QueryRow(ctx, query, arguments...).Scan(&found)
	return found, err
}

func counts(ctx context.Context, conn *pgx.Conn, expected int64, query string, arguments ...any) error {
	found, err := count(ctx, conn, query, arguments...)
	if err != nil {
		return fmt.Errorf("%s: %w", query, err)
	}
	return equal(fmt.Sprint(query, found), fmt.Sprint(query, expected))
}

// ask runs a query to its end. Unlike Exec it keeps to the extended protocol when there are no arguments.
func ask(ctx context.Context, conn *pgx.Conn, query string, arguments ...any) error {
	rows, err := conn.Query(ctx, query, arguments...)
	if err != nil {
		return err
	}
	rows.Close()
	return rows.Err()
}

func connectsInTrust(ctx context.Context) error {
	return connected(ctx, address()+" application_name=interop", func(conn *pgx.Conn) error {
		return errors.Join(
			counts(ctx, conn, 1000, "select count(*) from items"),
			conn.Ping(ctx),
			equal(conn.PgConn().ParameterStatus("application_name"), "interop"),
			equal(conn.PgConn().TxStatus(), byte('I')),
		)
	})
}

func connectsByScram(ctx context.Context) error {
	address, err := secureAddress("sslmode=disable")
	if err != nil {
		return err
	}
	_, wrong := pgx.Connect(ctx, address+" password=wrong")
	return errors.Join(fails(wrong, "28P01", 0), connected(ctx, address, func(conn *pgx.Conn) error {
		return counts(ctx, conn, 1000, "select count(*) from items")
	}))
}

func connectsByTLS(ctx context.Context) error {
	address, err := secureAddress("channel_binding=require sslmode=verify-full sslrootcert=" + os.Getenv("INTEROP_CA"))
	if err != nil {
		return err
	}
	return connected(ctx, address, func(conn *pgx.Conn) error {
		return counts(ctx, conn, 1000, "select count(*) from items")
	})
}

func refusesAnUnknownDatabase(ctx context.Context) error {
	_, err := pgx.Connect(ctx, address()+" dbname=no_such_database")
	return fails(err, "3D000", 0)
}

func values(ctx context.Context) error {
	return connected(ctx, address(), func(conn *pgx.Conn) error {
		for name, mode := range modes {
			rows, err := conn.Query(ctx, "select i.id, i.name, i.price, i.in_stock, i.added, i.updated, l.account, l.branch,"+
				" l.amount, l.share, l.posted, l.memo, l.blob, l.tags from items i join ledger l on i.id = l.id"+
				" where i.id = $1", mode, int64(3))
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			found, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			amount, err := found[8].(pgtype.Numeric).Value()
			if err != nil {
				return err
			}
			found[8], found[10] = amount, found[10].(time.Time).UTC()
			if err := equal(found, []any{
				int64(3), "item 3", 0.75, false, time.Date(2000, 3, 2, 0, 0, 0, 0, time.UTC),
				time.Date(2020, 1, 2, 2, 59, 59, 0, time.UTC), int32(3000009), int16(-97), "-9629.64", float32(0.375),
				time.Date(2024, 3, 3, 12, 0, 0, 123456000, time.UTC), "memo 3", []byte{3, 0, 255}, []any{"t0", "t1", "t2"},
			}); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		var price *float64
		var name *string
		err := conn.QueryRow(ctx, "select i.price, l.memo from items i join ledger l on i.id = l.id where i.id = 63").Scan(&price, &name)
		return errors.Join(err, equal([]bool{price == nil, name == nil}, []bool{true, true}))
	})
}

func parameters(ctx context.Context) error {
	conditions := []struct {
		condition string
		value     any
		count     int64
	}{
		{"items where id = $1", 5, 1},
		{"items where id < $1", int64(3_000_000_000), 1000},
		{"items where name = $1", "naïve, \"quoted\" № 5", 1},
		{"items where price > $1", 99.5, 1},
		{"items where in_stock = $1", true, 429},
		{"items where added >= $1", time.Date(2002, 11, 20, 0, 0, 0, 0, time.UTC), 5},
		{"items where updated < $1", time.Date(2020, 1, 2, 3, 0, 0, 0, time.UTC), 3},
		{"ledger where posted > $1", time.Date(2024, 9, 16, 0, 0, 0, 0, time.UTC), 1},
		{"events where kind = $1", "sale", 17},
		{"items where name = $1", nil, 0},
	}
	return connected(ctx, address(), func(conn *pgx.Conn) error {
		for name, mode := range modes {
			for _, c := range conditions {
				if err := counts(ctx, conn, c.count, "select count(*) from "+c.condition, mode, c.value); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			var text string
			if err := conn.QueryRow(ctx, "select $1", mode, "text").Scan(&text); err != nil || text != "text" {
				return fmt.Errorf("%s: select $1: %q, %w", name, text, err)
			}
		}
		var amount pgtype.Numeric
		return errors.Join(amount.Scan("-9000.00"),
			counts(ctx, conn, 8, "select count(*) from ledger where amount < $1", amount))
	})
}

func failures(ctx context.Context) error {
	cases := []struct {
		query    string
		code     string
		position int32
	}{
		{"select * from nowhere", "42P01", 15},
		{"select nonesuch from items", "42703", 8},
		{"selec 1", "42601", 1},
		{"select 1/0", "22012", 0},
		{"select 1 / (id - 1) from items", "22012", 0},
	}
	return connected(ctx, address(), func(conn *pgx.Conn) error {
		for name, mode := range modes {
			for _, c := range cases {
				if err := fails(ask(ctx, conn, c.query, mode), c.code, c.position); err != nil {
					return fmt.Errorf("%s: %s: %w", name, c.query, err)
				}
				if err := counts(ctx, conn, 50, "select count(*) from events"); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func emptyAndSeveralStatements(ctx context.Context) error {
	return connected(ctx, address(), func(conn *pgx.Conn) error {
		_, empty := conn.Exec(ctx, "")
		results, err := conn.PgConn().Exec(ctx, "select 1; ; set application_name = 'x'; select 'a;b'").ReadAll()
		if err := errors.Join(empty, err); err != nil {
			return err
		}
		tags := []string{}
		for _, result := range results {
			tags = append(tags, result.CommandTag.String())
		}
		two := ask(ctx, conn, "select 1; select 2")
		return errors.Join(equal(tags, []string{"SELECT 1", "SET", "SELECT 1"}), fails(two, "42601", 0))
	})
}

func preparedStatements(ctx context.Context) error {
	return connected(ctx, address(), func(conn *pgx.Conn) error {
		statement, err := conn.Prepare(ctx, "by_id", "select name, price from items where id = $1 and added > $2")
		if err != nil {
			return err
		}
		if err := equal(statement.ParamOIDs, []uint32{pgtype.Int8OID, pgtype.DateOID}); err != nil {
			return err
		}
		for id := 1; id <= 4; id++ {
			var name string
			var price float64
			err := conn.QueryRow(ctx, "by_id", id, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).Scan(&name, &price)
			if err := errors.Join(err, equal(name, fmt.Sprint("item ", id)), equal(price, float64(id)/4)); err != nil {
				return err
			}
		}
		return conn.Deallocate(ctx, "by_id")
	})
}

func batch(ctx context.Context) error {
	return connected(ctx, address(), func(conn *pgx.Conn) error {
		batch := &pgx.Batch{}
		for id := 1; id <= 20; id++ {
			batch.Queue("select count(*) from items where id <= $1", id)
		}
		results := conn.SendBatch(ctx, batch)
		for id := int64(1); id <= 20; id++ {
			var found int64
			if err := errors.Join(results.QueryRow().Scan(&found), equal(found, id)); err != nil {
				return err
			}
		}
		if err := results.Close(); err != nil {
			return err
		}
		broken := &pgx.Batch{}
		broken.Queue("select 1")
		broken.Queue("select 1/0")
		broken.Queue("select 2")
		return errors.Join(fails(conn.SendBatch(ctx, broken).Close(), "22012", 0),
			counts(ctx, conn, 50, "select count(*) from events"))
	})
}

func portalWithARowLimit(ctx context.Context) error {
	return connected(ctx, address(), func(conn *pgx.Conn) error {
		front := conn.PgConn().Frontend()
		rows, suspended := 0, 0
		err := portal(front, func(isRow bool) {
			if isRow {
				rows++
			} else {
				suspended++
			}
		})
		return errors.Join(err, equal([]int{rows, suspended}, []int{1000, 10}),
			counts(ctx, conn, 50, "select count(*) from events"))
	})
}

func cancel(ctx context.Context) error {
	return connected(ctx, address(), func(conn *pgx.Conn) error {
		ended := make(chan error, 1)
		go func() {
			_, err := conn.Exec(ctx, endless)
			ended <- err
		}()
		for range 20 {
			time.Sleep(300 * time.Millisecond)
			cancelled := time.Now()
			if err := conn.PgConn().CancelRequest(ctx); err != nil {
				return err
			}
			select {
			case err := <-ended:
				if took := time.Since(cancelled); took > time.Second {
					return fmt.Errorf("ended %v after the cancel", took)
				}
				return errors.Join(fails(err, "57014", 0), counts(ctx, conn, 50, "select count(*) from events"))
			case <-time.After(2 * time.Second):
			}
		}
		return errors.New("not cancelled")
	})
}

func transactions(ctx context.Context) error {
	return connected(ctx, address(), func(conn *pgx.Conn) error {
		tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
		if err != nil {
			return err
		}
		if err := equal(conn.PgConn().TxStatus(), byte('T')); err != nil {
			return err
		}
		_, wrong := tx.Exec(ctx, "select * from nowhere")
		_, after := tx.Exec(ctx, "select 1")
		status := conn.PgConn().TxStatus()
		if err := tx.Commit(ctx); !errors.Is(err, pgx.ErrTxCommitRollback) {
			return fmt.Errorf("commit of a failed transaction: %v", err)
		}
		return errors.Join(fails(wrong, "42P01", 15), fails(after, "25P02", 0), equal(status, byte('E')),
			equal(conn.PgConn().TxStatus(), byte('I')))
	})
}

func aHundredConnections(ctx context.Context) error {
	pool, err := pgxpool.New(ctx, address()+" pool_max_conns=100 pool_min_conns=100")
	if err != nil {
		return err
	}
	defer pool.Close()
	failed := make([]error, 100)
	var clients sync.WaitGroup
	for number := range failed {
		clients.Go(func() {
			conn, err := pool.Acquire(ctx)
			if err != nil {
				failed[number] = err
				return
			}
			defer conn.Release()
			for id := number + 1; id < number+11; id++ {
				var price *float64
				var expected *float64
				if id%7 != 0 {
					value := float64(id%400) / 4
					expected = &value
				}
				err := conn.QueryRow(ctx, "select price from items where id = $1", id).Scan(&price)
				failed[number] = errors.Join(failed[number], err, equal(price, expected))
			}
		})
	}
	clients.Wait()
	return errors.Join(failed...)
}

func killedInMidResult(ctx context.Context) error {
	client := exec.Command(os.Args[0], "flood")
	said, err := client.StdoutPipe()
	if err != nil {
		return err
	}
	if err := client.Start(); err != nil {
		return err
	}
	line := make([]byte, 64)
	read, err := said.Read(line)
	if err != nil {
		return err
	}
	_ = client.Process.Kill()
	_ = client.Wait()
	return errors.Join(equal(strings.TrimSpace(string(line[:read])), "reading"),
		connected(ctx, address(), func(conn *pgx.Conn) error {
			return counts(ctx, conn, 1000, "select count(*) from items")
		}))
}

func readFlood(ctx context.Context) error {
	return connected(ctx, address(), func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, flood)
		if err != nil {
			return err
		}
		for seen := 0; rows.Next(); seen++ {
			if seen == 10_000 {
				fmt.Println("reading")
			}
		}
		return rows.Err()
	})
}

func main() {
	if len(os.Args) > 1 {
		if err := readFlood(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	failed := false
	for _, scenario := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"connects_in_trust", connectsInTrust},
		{"connects_by_scram", connectsByScram},
		{"connects_by_tls", connectsByTLS},
		{"refuses_an_unknown_database", refusesAnUnknownDatabase},
		{"values", values},
		{"parameters", parameters},
		{"errors", failures},
		{"empty_and_several_statements", emptyAndSeveralStatements},
		{"prepared_statements", preparedStatements},
		{"batch", batch},
		{"portal_with_a_row_limit", portalWithARowLimit},
		{"cancel", cancel},
		{"transactions", transactions},
		{"a_hundred_connections", aHundredConnections},
		{"killed_in_mid_result", killedInMidResult},
	} {
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		err := scenario.run(ctx)
		stop()
		switch {
		case err == nil:
			fmt.Println("ok", scenario.name)
		case errors.Is(err, errSkipped):
			fmt.Printf("skip %s: %v\n", scenario.name, err)
		default:
			failed = true
			fmt.Printf("FAIL %s: %s\n", scenario.name, strings.Join(strings.Fields(err.Error()), " "))
		}
	}
	if failed {
		os.Exit(1)
	}
}
