CREATE TABLE shelves (id integer PRIMARY KEY, label varchar(20) NOT NULL, tags text[], size numeric(10,2));
CREATE TABLE books (isbn char(13) PRIMARY KEY, shelf integer REFERENCES shelves (id), price numeric(10,2), sold date);
CREATE INDEX books_sold_idx ON books (sold);
CREATE SEQUENCE numbers;
