// Every critical section of the accounting goes through this one name, so that a build for systematic concurrency
// testing can put a monitor in its place: the exploration tools cannot see inside the gate.
global using Gate = Rcmgr.ParkingGate;
