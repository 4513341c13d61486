/** The version of this program: the command line, the house and the connector are one, and ingest compares the last two (N1-039). It is that of the CHANGELOG. */
export const VERSION = "0.5.0";
