/**
 * All that a browser needs of the live stream: the connection, and the one that a page shares.
 *
 * @module
 */
export * from "./client_connection.ts";
export * from "./client_page.ts";
