// Imports and requires the package in one bundle, which must be one engine: limiters of one work in the other.
const required = require("sluicegate");

module.exports = required;
