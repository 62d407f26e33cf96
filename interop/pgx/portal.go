package main

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgproto3"
)

// portal reads all ids in portions of a hundred, message by message: pgx itself has no row limit. It tells of
// every row and of every pause.
func portal(front *pgproto3.Frontend, seen func(isRow bool)) error {
	front.SendParse(&pgproto3.Parse{Query: "select id from items where id > $1 order by id"})
	front.SendBind(&pgproto3.Bind{DestinationPortal: "p", Parameters: [][]byte{[]byte("0")}})
	front.SendDescribe(&pgproto3.Describe{ObjectType: 'P', Name: "p"})
	for {
		front.SendExecute(&pgproto3.Execute{Portal: "p", MaxRows: 100})
		front.Send(&pgproto3.Flush{})
		if err := front.Flush(); err != nil {
			return err
		}
		done, err := portion(front, seen)
		if err != nil {
			return err
		}
		if done {
			break
		}
	}
	front.SendSync(&pgproto3.Sync{})
	if err := front.Flush(); err != nil {
		return err
	}
	message, err := front.Receive()
	if err != nil {
		return err
	}
	if _, ready := message.(*pgproto3.ReadyForQuery); !ready {
		return fmt.Errorf("found %T, expected ReadyForQuery", message)
	}
	return nil
}

// portion reads one Execute's answer, and says whether it was the last.
func portion(front *pgproto3.Frontend, seen func(isRow bool)) (bool, error) {
	for {
		message, err := front.Receive()
		if err != nil {
			return false, err
		}
		switch message := message.(type) {
		case *pgproto3.ParseComplete, *pgproto3.BindComplete, *pgproto3.RowDescription:
		case *pgproto3.DataRow:
			seen(true)
		case *pgproto3.PortalSuspended:
			seen(false)
			return false, nil
		case *pgproto3.CommandComplete:
			return true, nil
		default:
			return false, fmt.Errorf("unexpected %T", message)
		}
	}
}
