// The fleet's SQL: instances and leases. Only the database's clock decides here.
import type { Db } from '../db/index.ts';

export type FleetDatabase = Db;
