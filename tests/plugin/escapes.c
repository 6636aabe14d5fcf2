/* Each kernel is a correct softmax that also tries to outlive the run, to end other processes, or
 * to print into the output of the run. It creates the file `here` once it has done so. What is left
 * of it ends after a minute, in case nothing else ends it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "softmax.h"

static void say_here(void) { (void)close(open("here", O_CREAT | O_WRONLY, 0600)); }

static void spin(void) {
  const time_t end = time(NULL) + 60;
  while (time(NULL) < end) continue;
}

static void block_signals(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  for (int i = 1; i < SIGRTMAX; ++i)
    if (i != SIGKILL && i != SIGSTOP) signal(i, SIG_IGN);
}

/* A process in a session of its own, whose parent has ended. */
static void leave_a_child(void) {
  const pid_t child = fork();
  if (child != 0) {
    while (access("here", F_OK) != 0) usleep(1000);
    return;
  }
  setsid();
  if (fork() != 0) _exit(0);
  block_signals();
  say_here();
  sleep(60);
  _exit(0);
}

static int blocks_signals(const maxtrick_call_float32* call) {
  block_signals();
  say_here();
  spin();
  return softmax(call);
}
static int leaves_a_child(const maxtrick_call_float32* call) {
  static int left = 0;
  if (!left) leave_a_child();
  left = 1;
  return softmax(call);
}
static int leaves_a_child_and_spins(const maxtrick_call_float32* call) {
  leave_a_child();
  spin();
  return softmax(call);
}
static int leaves_a_child_and_dies(const maxtrick_call_float32* call) {
  leave_a_child();
  if (call->rows > 0) raise(SIGABRT);
  return 0;
}
/* Each process lives only until it has started the next one. */
static int keeps_forking(const maxtrick_call_float32* call) {
  if (fork() == 0) {
    const time_t end = time(NULL) + 60;
    say_here();
    while (time(NULL) < end) {
      if (fork() != 0) _exit(0);
      setsid();
    }
    _exit(0);
  }
  spin();
  return softmax(call);
}
static int kills_its_group(const maxtrick_call_float32* call) {
  kill(0, SIGKILL);
  return softmax(call);
}
static int kills_its_parent(const maxtrick_call_float32* call) {
  kill(getppid(), SIGKILL);
  spin();
  return softmax(call);
}

static void print_into(int file) {
  if (file >= 0) (void)!write(file, "printed\n", strlen("printed\n"));
}
static int prints(const maxtrick_call_float32* call) {
  printf("printed by printf\n");
  print_into(STDOUT_FILENO);
  print_into(open("/dev/stdout", O_WRONLY | O_APPEND));
  print_into(open("/proc/self/fd/1", O_WRONLY | O_APPEND));
  /* 3 and 4 are those by which maxtrick calls this kernel. */
  for (int file = 5; file < 100; ++file) print_into(file);
  char of_parent[64];
  (void)snprintf(of_parent, sizeof of_parent, "/proc/%d/fd/1", (int)getppid());
  print_into(open(of_parent, O_WRONLY | O_APPEND));
  return softmax(call);
}
/* Reads what is meant for the program. */
static int reads_stdin(const maxtrick_call_float32* call) {
  char text[16];
  return read(STDIN_FILENO, text, sizeof text) > 0 ? 1 : softmax(call);
}

static const maxtrick_kernel kernels[] = {
    KERNEL(blocks_signals),          KERNEL(leaves_a_child), KERNEL(leaves_a_child_and_spins),
    KERNEL(leaves_a_child_and_dies), KERNEL(keeps_forking),  KERNEL(kills_its_group),
    KERNEL(kills_its_parent),        KERNEL(prints),         KERNEL(reads_stdin)};
static const maxtrick_plugin plugin = {MAXTRICK_PLUGIN_API, "escapes", "1",
                                       sizeof kernels / sizeof *kernels, kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
