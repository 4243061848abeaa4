"""The steps by which the database's schema came to be; run by ``Database.migrate``, packaged with the program."""
