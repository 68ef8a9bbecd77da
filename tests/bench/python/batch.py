"""The work of the benchmark's batch in plain Python with a standard driver: chunks by primary key, the new value computed
in Python, written back with executemany, each chunk one transaction with the place that it has come to.

batch.py sqlite FILE CHUNK | batch.py mariadb PORT CHUNK      prints the seconds that it took
"""

import sys
import time


def connect(store, where):
    if store == "sqlite":
        import sqlite3

        connection = sqlite3.connect(where, isolation_level=None)
        return connection, "?"
    import pymysql

    connection = pymysql.connect(host="127.0.0.1", port=int(where), user="root", database="bench")
    return connection, "%s"


def main():
    store, where, chunk = sys.argv[1], sys.argv[2], int(sys.argv[3])
    connection, mark = connect(store, where)
    cursor = connection.cursor()
    began = time.perf_counter()
    cursor.execute("CREATE TABLE place (id INTEGER)")
    cursor.execute("INSERT INTO place VALUES (0)")
    after = 0
    while True:
        cursor.execute("BEGIN")
        cursor.execute(f"SELECT id, net FROM goods WHERE id > {mark} ORDER BY id LIMIT {chunk}", (after,))
        rows = cursor.fetchall()
        if not rows:
            break
        changed = [(net + net % 7, id) for id, net in rows]
        cursor.executemany(f"UPDATE goods SET gross = {mark} WHERE id = {mark}", changed)
        after = rows[-1][0]
        cursor.execute(f"UPDATE place SET id = {mark}", (after,))
        cursor.execute("COMMIT")
    print(time.perf_counter() - began)


main()
