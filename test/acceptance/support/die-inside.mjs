/**
 * Loaded with `node --import` before the product: makes the process SIGKILL itself inside its n-th SQLite transaction, at a chosen point. The
 * product knows nothing of it. Asked for by `DIE_INSIDE=<n>:<where>:<file>`; only transactions on databases whose path holds `file` count; where: `begin` (nothing written), `middle` (after the first statement that
 * writes), `commit` (all written, not committed), `after` (committed, nobody told).
 */
import Database from "better-sqlite3";

const [count, where, file = ""] = (process.env.DIE_INSIDE ?? "").split(":");
let left = Number(count);
let armed = false;

const die = () => process.kill(process.pid, "SIGKILL");

if (left > 0) {
  const { transaction } = Database.prototype;
  Database.prototype.transaction = function wrapped(work) {
    if (!this.name.includes(file)) return transaction.call(this, work);
    const inner = transaction.call(this, (...args) => inside(() => work.apply(this, args)));
    return Object.assign(around(inner), {
      deferred: around(inner.deferred),
      immediate: around(inner.immediate),
      exclusive: around(inner.exclusive),
    });
  };
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function prepared(...args) {
    const statement = prepare.apply(this, args);
    if (statement.reader) return statement;
    const { run } = statement;
    statement.run = (...values) => {
      const result = run.apply(statement, values);
      if (armed && where === "middle") die();
      return result;
    };
    return statement;
  };
}

function inside(work) {
  left -= 1;
  if (left > 0) return work();
  armed = true;
  if (where === "begin") die();
  const result = work();
  if (where !== "after") die();
  return result;
}

const around =
  (inner) =>
  (...args) => {
    const result = inner(...args);
    if (armed) die();
    return result;
  };
