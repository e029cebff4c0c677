/* k05_2_read_write.c - read() and write(), semaphores, System V
 *
 * Files are shared memory here, found by a name. In cases of several processes
 * that wait for each other each is a thread, and they take turns (sched.h).
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "rmap.h"
#include "vma.h"

static struct mm_struct *must_run_one(void)
{
    must_start(FRAMES);
    return must_have_process();
}

static int must_share(const char *name)
{
    int fd = sys_shm_open(name, O_CREAT);
    ck_assert_msg(fd >= 0, "shm_open: %s", strerror(-fd));
    return fd;
}

/* ---- read and write ---- */

START_TEST(what_was_written_is_read)
{
    must_run_one();
    must_keep_what_is_written(must_share("/file"));
}
END_TEST

START_TEST(a_hole_is_zeros)
{
    must_run_one();
    must_have_holes_of_zeros(must_share("/file"));
}
END_TEST

/* The same frames, by a call and by an address. */
START_TEST(a_mapping_and_read_see_the_same)
{
    must_run_one();
    int fd = must_share("/file");
    must_write(fd, 0, PAGES(3), 1);
    char *shared = must_map_file(fd, 3, MAP_SHARED);
    char *own = must_map_file(fd, 3, MAP_PRIVATE);
    ck_assert(is_painted(shared, PAGES(3), 1));
    ck_assert(is_painted(own, PAGES(3), 1));
    store_byte(own, 'o'); /* into a copy, which nobody else sees */
    paint(shared, PAGES(2), 2);
    must_read(fd, 0, PAGES(2), 2);
    must_write(fd, 0, PAGES(2), 3);
    ck_assert(is_painted(shared, PAGES(2), 3));
    ck_assert_mem_eq(own + PAGES(1), shared + PAGES(1), PAGE_SIZE);
    ck_assert_int_eq(load_byte(own), 'o');
    ck_assert_uint_eq(pages_of(fd), 3);
    must_be_sound("reading and mapping");
}
END_TEST

/* A child's descriptor leads to the same open file, so to the same position. */
START_TEST(an_open_file_has_one_position)
{
    struct mm_struct *parent = must_run_one();
    int fd = must_share("/file");
    must_write(fd, 0, 100, 1);
    struct mm_struct *child = dup_mm(parent);
    switch_mm(child);
    ck_assert_int_eq(sys_lseek(fd, 40, SEEK_SET), 40);
    mmput(child);
    switch_mm(parent);
    ck_assert_int_eq(sys_lseek(fd, 0, SEEK_CUR), 40);
    int own = must_share("/file"); /* opened on its own */
    ck_assert_int_eq(sys_lseek(own, 0, SEEK_CUR), 0);
    ck_assert_int_eq(sys_lseek(fd, 0, SEEK_CUR), 40);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    must_run_one();
    int fd = must_share("/file");
    must_write(fd, 0, 10, 1);
    unsigned long to = (unsigned long)buffer;
    unsigned long a = (unsigned long)must_map_file(fd, 2, MAP_SHARED);
    const long end = (long)MAX_FILE_SIZE;
    const struct call calls[] = {
        {sys_read(fd + 1, to, 1), -EBADF},
        {sys_write(fd + 1, to, 1), -EBADF},
        {sys_lseek(fd + 1, 0, SEEK_SET), -EBADF},
        {sys_lseek(fd, -1, SEEK_SET), -EINVAL},
        {sys_lseek(fd, 0, 77), -EINVAL},
        {sys_lseek(fd, end, SEEK_SET), 0},
        {sys_write(fd, to, 1), -EFBIG},
        {sys_lseek(fd, 0, SEEK_SET), 0},
        {sys_read(fd, 0x20000000, 1), -EFAULT},
        {sys_write(fd, 0x20000000, 1), -EFAULT},
        {sys_shmget(5, 0, IPC_CREAT), -EINVAL},
        {sys_shmget(5, 10, 0), -ENOENT},
        {(int)sys_shmat(12345, 0), -EINVAL},
        {sys_shmctl(12345, IPC_RMID, NULL), -EINVAL},
        {sys_shmdt(a), -EINVAL},
        {sys_sem_init(0x20000000, 1), -EFAULT},
        {sys_sem_wait(0x20000000), -EFAULT},
        {sys_sem_post(0x20000000), -EFAULT},
    };

    must_be_refused(calls, LENGTH(calls));
}
END_TEST

/* ---- shared memory ---- */

/* What client and server share. */
struct shared {
    unsigned long request, answer; /* semaphores */
    unsigned long size, sum;
    unsigned char data[PAGE_SIZE * 4];
};

static unsigned long address_of(void *semaphore)
{
    return (unsigned long)semaphore;
}

/* A process of its own: adds what it finds up, until the size is 0. */
static void *serve(void *argument)
{
    struct mm_struct *mm = argument;

    run_process(mm);
    int fd = sys_shm_open("/server", 0);
    struct shared *shared = (struct shared *)sys_mmap(
        0x30000000, sizeof(*shared), RW, MAP_SHARED, fd, 0);
    for (;;) {
        sys_sem_wait(address_of(&shared->request));
        if (shared->size == 0)
            break;
        shared->sum = 0;
        for (size_t i = 0; i < shared->size; i++)
            shared->sum += shared->data[i];
        sys_sem_post(address_of(&shared->answer));
    }
    mmput(mm);
    stop_process();
    return NULL;
}

START_TEST(a_client_and_a_server_share_memory)
{
    pthread_t server;

    must_start(FRAMES);
    struct mm_struct *mm = mm_alloc();
    run_process(mm);
    int fd = sys_shm_open("/server", O_CREAT | O_EXCL);
    ck_assert_int_eq(sys_shm_open("/server", O_CREAT | O_EXCL), -EEXIST);
    ck_assert_int_eq(sys_ftruncate(fd, sizeof(struct shared)), 0);
    struct shared *shared = (struct shared *)must_map_file(fd, 5, MAP_SHARED);
    pthread_create(&server, NULL, serve, mm_alloc());
    for (unsigned round = 1; round <= 100; round++) {
        shared->size = 100 * round;
        memset(shared->data, (int)round, shared->size);
        sys_sem_post(address_of(&shared->request));
        ck_assert_int_eq(sys_sem_wait(address_of(&shared->answer)), 0);
        ck_assert_uint_eq(shared->sum, 100 * round * round);
        if (round == 50) /* the name is not needed any more */
            ck_assert_int_eq(sys_shm_unlink("/server"), 0);
    }
    ck_assert_int_eq(sys_shm_open("/server", 0), -ENOENT);
    must_be_sound("requests and answers");
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 3);
    shared->size = 0;
    sys_sem_post(address_of(&shared->request));
    stop_process();
    pthread_join(server, NULL);
    run_process(mm);
    mmput(mm);
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 0);
    stop_process();
    must_be_sound("the end of both");
}
END_TEST

START_TEST(a_segment_goes_with_its_last_process)
{
    struct mm_struct *one = must_run_one();
    struct shmid_ds state;
    int id = sys_shmget(0x1234, 5000, IPC_CREAT | IPC_EXCL);
    ck_assert_int_ge(id, 0);
    ck_assert_int_eq(sys_shmget(0x1234, 5000, IPC_CREAT | IPC_EXCL), -EEXIST);
    ck_assert_int_eq(sys_shmget(0x1234, 5001, 0), -EINVAL);
    ck_assert_int_eq(sys_shmget(0x1234, 0, 0), id);
    char *here = (char *)sys_shmat(id, 0);
    strcpy(here, "segment");

    struct mm_struct *two = mm_alloc();
    switch_mm(two);
    char *there = (char *)sys_shmat(sys_shmget(0x1234, 10, 0), 0x20000000);
    ck_assert_ptr_eq(there, (char *)0x20000000);
    ck_assert_str_eq(there, "segment");
    ck_assert_int_eq(sys_shmctl(id, IPC_STAT, &state), 0);
    ck_assert_uint_eq(state.shm_nattch, 2);
    ck_assert_uint_eq(state.shm_segsz, 5000);
    ck_assert_int_eq(sys_shmctl(id, 77, NULL), -EINVAL);
    ck_assert_int_eq(sys_shmctl(id, IPC_RMID, NULL), 0);
    ck_assert_int_eq(sys_shmget(0x1234, 0, 0), -ENOENT);
    strcpy(there, "removed");
    mmput(two);
    switch_mm(one);
    ck_assert_str_eq(here, "removed");
    must_be_sound("the end of one process");
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 1);
    ck_assert_int_eq(sys_shmdt((unsigned long)here + PAGE_SIZE), -EINVAL);
    ck_assert_int_eq(sys_shmdt((unsigned long)here), 0);
    ck_assert_int_eq(sys_shmdt((unsigned long)here), -EINVAL);
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 0);

    int first = sys_shmget(IPC_PRIVATE, 1, 0);
    ck_assert_int_ne(first, sys_shmget(IPC_PRIVATE, 1, 0));
    must_be_sound("segments");
}
END_TEST

/* ---- misuse ---- */

START_TEST(who_sleeps_plays_a_process)
{
    must_run_one();
    sys_sem_init((unsigned long)buffer, 0);
    DOING(sys_sem_wait((unsigned long)buffer),
          "sleep_on_event: this thread runs no process");
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static struct vm_area_struct *area;

static void a_file_without_its_area(void)
{
    vma_unlink_file(area);
}

START_TEST(the_check_finds_what_is_broken)
{
    must_run_one();
    char *map = must_map_file(must_share("/file"), 3, MAP_SHARED);
    area = find_vma(current_mm, (unsigned long)map);
    must_be_found(a_file_without_its_area, "its file does not know of it");
}
END_TEST

void add_k05_2(Suite *suite)
{
    TCase *posix = tcase_create("posix");
    tcase_add_test(posix, what_was_written_is_read);
    tcase_add_test(posix, a_hole_is_zeros);
    tcase_add_test(posix, a_mapping_and_read_see_the_same);
    tcase_add_test(posix, an_open_file_has_one_position);
    tcase_add_test(posix, wrong_arguments_are_refused);
    suite_add_tcase(suite, posix);

    TCase *shm = tcase_create("shm");
    tcase_add_test(shm, a_client_and_a_server_share_memory);
    tcase_add_test(shm, a_segment_goes_with_its_last_process);
    suite_add_tcase(suite, shm);

    TCase *misuse = tcase_create("misuse");
    tcase_add_test(misuse, who_sleeps_plays_a_process);
    suite_add_tcase(suite, misuse);

    TCase *check = tcase_create("check");
    tcase_add_test(check, the_check_finds_what_is_broken);
    suite_add_tcase(suite, check);
}
