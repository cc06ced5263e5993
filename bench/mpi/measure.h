/*
 * contend-mpi: ranks of MPI as units.
 *
 *   contend-mpi --- mpirun -np N contend-mpi --rank ...   a launch each round
 *        |                   |
 *        |                   ranks measure together; rank 0 says what came out, in one line
 *        +-- contend.result/1, like any other
 *
 * The one program that links MPI: contend itself never does.
 */
#ifndef CONTEND_MPI_MEASURE_H
#define CONTEND_MPI_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

/* What a launch hands to its ranks: when it began, by the clock of the machine it was made on. */
#define MPI_LAUNCHED_AT "CONTEND_MPI_LAUNCHED_NS"
#define MPI_LAUNCHED_ON "CONTEND_MPI_LAUNCHED_BOOT"
/* What rank 0's line begins with: whoever launches may print as well. */
#define MPI_LINE "contend-mpi: "

enum { MPI_BOOT_ID = 40, MPI_HOST_MAX = 64, MPI_CPUS = 4096 };

struct mpi_request {
    bool shares_cpus; /* ranks that have to share CPUs are measured all the same */
    int64_t trips;    /* of ping-pong, and as many barriers */
    int64_t sleeps;
    int64_t sleep_ns;
    int64_t spin_ns; /* what a rank computes for, alone */
};

/* As a rank: measures with the others.  `began_ns`: its first instruction.  The exit status. */
int mpi_rank(const struct mpi_request *request, uint64_t began_ns, int argc, char **argv);

/* The kernel's name of this boot: two ranks with the same one share a clock.  "" where it has none.
 */
void mpi_boot_id(char *out);

#endif
